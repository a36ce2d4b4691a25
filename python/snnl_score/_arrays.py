"""Arrays of any library as NumPy's, without a copy where they lie in memory in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

import numpy as np

if TYPE_CHECKING:
    import os
    from typing import Union

    from numpy.typing import NDArray
    from typing_extensions import TypeGuard


class Described(NamedTuple):
    """An array for the native half."""

    name: str
    flat: NDArray[np.uint8]
    """Its bytes."""
    descr: str
    """Its element type, as the header of a .npy file writes it."""
    shape: tuple[int, ...]
    columns_first: bool


class Given(NamedTuple):
    """What stands for files of a command line, by their names."""

    layers: dict[str, list[Described]]
    labels: dict[str, Described]


def is_path(value: Any) -> TypeGuard[Union[str, os.PathLike[str]]]:
    """Whether `value` names a file rather than being data."""
    return isinstance(value, str) or hasattr(value, "__fspath__")


def layers(activations: Any) -> list[Described]:
    """One N × D array, or several by the names of their layers."""
    if isinstance(activations, Mapping):
        if not activations:
            raise ValueError("there is no layer in an empty dict")
        names = [str(name) for name in activations]
        if len(set(names)) < len(names):
            raise ValueError(f"expected layers of different names, found {', '.join(names)}")
        return [described(name, array) for name, array in zip(names, activations.values())]
    return [described("x", activations)]


def described(name: str, array: Any) -> Described:
    if isinstance(array, (list, tuple)) and len(array) and getattr(array[0], "ndim", 0) >= 2:
        raise TypeError(
            f"expected one array as `{name}`, found a list of arrays; layers are a dict {{name: array}}, and batches one array"
        )
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        raise TypeError(f"`{name}` has masked values; fill them, or leave their rows out")
    array, descr = _numpy(array)
    if array.dtype == object:
        array = _numbers(name, array)
        descr = array.dtype.str
    columns_first = array.ndim > 1 and array.flags.f_contiguous and not array.flags.c_contiguous
    ordered = array.T if columns_first else np.ascontiguousarray(array)
    return Described(name, ordered.reshape(-1).view(np.uint8), descr, array.shape, columns_first)


def _numbers(name: str, array: NDArray[Any]) -> NDArray[np.float64]:
    """Objects as numbers, as data frames of several types have them."""
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        for place, value in np.ndenumerate(array):
            try:
                float(value)
            except (TypeError, ValueError):
                where = ", ".join(f"{axis} {at}" for axis, at in zip(("row", "column", "axis 2 at", "axis 3 at"), place))
                raise TypeError(f"expected numbers in `{name}`, found {value!r} in {where}") from None
        raise


def labels(values: Any) -> Described:
    """One label a row: whole numbers, booleans, text, or one-hot rows. None and NaN are no label."""
    array = label_values(values)
    return Described("labels", array.reshape(-1).view(np.uint8), array.dtype.str, array.shape, False)


def label_values(values: Any) -> NDArray[Any]:
    """Labels as numbers, booleans or text, row after row; what is no label is an empty text."""
    if values is None or isinstance(values, Mapping):
        raise TypeError(f"expected one label per row, found {'None' if values is None else 'a dict'}")
    array, _ = _numpy(values)
    if array.dtype.kind == "f" and np.isnan(array).any():
        # So pandas marks what is missing.
        array = array.astype(object)
    if array.dtype == object or array.dtype.kind == "T":
        array = np.array([_label(label, row) for row, label in enumerate(array.ravel().tolist())], dtype=np.str_)
    if array.dtype.kind in "US" and array.dtype.itemsize == 0:
        array = array.astype("U1")
    return np.ascontiguousarray(array)


def _label(label: Any, row: int) -> str:
    if isinstance(label, str):
        return label
    if label is None or type(label).__name__ in ("NAType", "NaTType") or label != label:
        return ""
    if isinstance(label, (bool, int, np.integer)):
        return str(label)
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    raise ValueError(f"expected whole numbers, booleans or text as labels, found {label!r} in row {row}")


def _numpy(array: Any) -> tuple[NDArray[Any], str]:
    """The array, and its element type."""
    descr: Optional[str] = None
    if hasattr(array, "detach") and hasattr(array, "cpu"):
        # PyTorch's, which may be on a GPU, and which NumPy does not know all types of.
        array = array.detach().cpu()
        if str(array.dtype) == "torch.bfloat16":
            import torch

            array, descr = array.contiguous().view(torch.int16), "<V2"
        array = array.numpy()
    elif hasattr(array, "__dlpack__") and not hasattr(array, "__array__"):
        array = np.from_dlpack(array)
    converted = np.asarray(array)
    return converted, descr or converted.dtype.str
