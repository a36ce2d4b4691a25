"""The options of scores, by the names of the command's flags."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Iterable, Literal, TypedDict, Union

if TYPE_CHECKING:
    from typing_extensions import TypeAlias

Temperatures: TypeAlias = Union[str, float, Iterable[float]]
"""Numbers, or a ladder as the command reads it: `"octaves:0.01..10"`, `"log:0.01..10:13"`, `"epoch:12"`."""

Distance: TypeAlias = Literal["cosine", "sqeuclidean", "euclidean", "unit-sqeuclidean"]

Preset: TypeAlias = Literal["exact", "article", "cleverhans", "pml", "tfs", "watermark"]

Unit: TypeAlias = Literal["raw", "mean"]


class Options(TypedDict, total=False):
    """What else a score can be told. `snnl-score --help` explains each by the flag of the same name."""

    # What is scored.
    layers: Union[str, Iterable[str]]
    """Globs of the layers to score."""
    ignore_label: Union[str, int, Iterable[Union[str, int]]]
    """Labels whose rows are left out; "null" for rows without one."""
    pool: Literal["mean", "first", "last", "flatten"]
    """What becomes of the tokens of N × tokens × D."""
    units: Union[str, tuple[int, int]]
    """Features to take of each layer: (0, 70), or "0..70"."""
    layer_axis: int
    """The axis of an array along which layers are stacked."""
    # Of files alone.
    ids: str
    label_ids: str
    columns: str
    dim: int
    exclude: Union[str, Iterable[str]]
    split: str
    delimiter: str
    # What is computed.
    epsilon: float
    epsilon_form: Literal["nested", "outer"]
    singletons: Literal["drop", "cap", "zero", "error"]
    rectify: bool
    precision: Literal["auto", "f32", "f64", "tf32"]
    non_finite: Literal["error", "drop"]
    rows: int
    """Estimate from a random sample of so many rows, each of which meets all."""
    seed: int
    # What else is found out.
    minimise: bool
    companions: bool
    worst: int
    emulate_batch: int
    batches: int
    map: Literal["pca", "tsne"]
    """How `to_html` shows rows in two dimensions; without it, it shows none."""
    map_rows: int
    thumbnails: Union[str, os.PathLike[str]]
    """A file of a picture of each row, for `to_html`."""
    # What a run may use; none of it changes a value.
    threads: int
    memory: Union[str, int]
    """Memory for the rows: "2GiB", or a number of bytes."""
    device: str
    instructions: str
    scratch: Union[str, os.PathLike[str]]
    resume: Union[str, os.PathLike[str]]
    resume_every: int


NAMES = frozenset(Options.__annotations__) | {
    "temperatures",
    "temperature_unit",
    "distance",
    "preset",
    "labels",
    "reference",
    "reference_labels",
    "explain",
    "at",
    "per_class",
    "curve",
    "max",
    "max_regression",
    "rules",
    "baseline",
    "init",
    "allow_degenerate",
}
"""Every argument that is a flag of the command."""


def check(function: str, options: Iterable[str]) -> None:
    """Raises TypeError, as Python does, for an option that there is not."""
    import difflib

    known = (NAMES - {"temperature_unit"}) | {"unit", "progress"}
    for name in options:
        if name not in Options.__annotations__:
            near = difflib.get_close_matches(name, sorted(known), 1)
            mean = f". Did you mean '{near[0]}'?" if near else ""
            raise TypeError(f"{function}() got an unexpected keyword argument '{name}'{mean}")


def flags(options: dict[str, Any]) -> list[str]:
    """The options as flags; those that are None or False are not given."""
    typed: list[str] = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is None or (value is False and name != "rectify"):
            continue
        if value is True and name != "rectify":
            typed.append(flag)
            continue
        typed.extend(f"{flag}={text}" for text in _texts(name, value))
    return typed


def _texts(name: str, value: Any) -> list[str]:
    if name in ("temperatures", "at"):
        return [value if isinstance(value, str) else ",".join(_number(one) for one in _several(value))]
    if name == "units" and not isinstance(value, str):
        first, end = value
        return [f"{first}..{end}"]
    if name == "memory" and not isinstance(value, str):
        return [f"{value}B"]
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, (str, os.PathLike)):
        return [os.fspath(value)]
    return [_number(one) for one in _several(value)]


def _several(value: Any) -> Iterable[Any]:
    return value if hasattr(value, "__iter__") and not isinstance(value, str) else (value,)


def _number(value: Any) -> str:
    """As it is written; the shortest text that is the same number again."""
    return repr(float(value)) if hasattr(value, "__float__") and not hasattr(value, "__index__") else str(value)
