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
        return [described(str(name), array) for name, array in activations.items()]
    return [described("x", activations)]


def described(name: str, array: Any) -> Described:
    array, descr = _numpy(array)
    if array.dtype == object:
        raise TypeError(
            f"`{name}` is not an array of numbers, but of {type(array.flat[0]).__name__ if array.size else 'objects'}"
        )
    columns_first = array.ndim > 1 and array.flags.f_contiguous and not array.flags.c_contiguous
    ordered = array.T if columns_first else np.ascontiguousarray(array)
    return Described(name, ordered.reshape(-1).view(np.uint8), descr, array.shape, columns_first)


def labels(values: Any) -> Described:
    """One label a row: whole numbers, booleans, text, or one-hot rows. None and NaN are no label."""
    array = label_values(values)
    return Described("labels", array.reshape(-1).view(np.uint8), array.dtype.str, array.shape, False)


def label_values(values: Any) -> NDArray[Any]:
    """Labels as numbers, booleans or text, row after row; what is no label is an empty text."""
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
