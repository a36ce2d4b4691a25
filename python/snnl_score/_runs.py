"""Scores, comparisons and gates: command lines whose files may be arrays and results in memory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar, Union

from . import _arrays, _native
from ._arrays import Given, is_path
from ._options import Options, check, flags
from ._progress import Listener
from ._report import Report
from ._results import Comparison, GateReport, Result

if TYPE_CHECKING:
    from typing_extensions import TypeAlias, Unpack

    from ._options import Distance, Preset, Temperatures, Unit

    Path: TypeAlias = Union[str, os.PathLike[str]]

    Activations: TypeAlias = Any
    """An N × D array of NumPy, PyTorch, JAX or any library that knows `__array__` or DLPack; a dict of such by layer; or the path
    of a dump."""

    Labels: TypeAlias = Any
    """N whole numbers, booleans or texts, or N one-hot rows, in an array, a list, a pandas series or categorical; or the path of
    a file of them, `"y.npy"` or `"dump.parquet:label"`."""

T = TypeVar("T")

IN_MEMORY = "in memory"
"""The file that arrays stand for, as messages and results call it."""


def score(
    activations: Activations,
    labels: Optional[Labels] = None,
    temperatures: Optional[Temperatures] = None,
    *,
    distance: Optional[Distance] = None,
    preset: Optional[Preset] = None,
    unit: Optional[Unit] = None,
    reference: Optional[Activations] = None,
    reference_labels: Optional[Labels] = None,
    explain: bool = False,
    at: Optional[float] = None,
    per_class: bool = False,
    progress: Optional[bool] = None,
    **options: Unpack[Options],
) -> Result:
    """The Soft Nearest Neighbor Loss of every layer at every temperature, over all pairs of rows.

    `activations` are an N × D array, a dict of such by layer, or the path of a dump; arrays that lie in memory row by row, or
    column by column, are not copied. `labels` are N whole numbers, booleans or texts, one-hot rows, or a path. Values are those
    of `snnl-score`, bit for bit, which explains every option by the flag of the same name.

    Without `temperatures` there are eight, 0.01 to 2 times the mean distance of each layer's rows. `distance` is cosine unless
    the `preset` has another. With `reference`, rows meet those of the reference instead of each other. `explain` also says which
    classes rows pick, and which rows stand out. `progress` is whether a bar of tqdm is shown; None is yes on a terminal and in a
    notebook.

    Raises InvalidInput, a ValueError, for what cannot be scored, and SystemFailure, an OSError, for what cannot be read. Ctrl-C
    ends a run. Other Python threads run on meanwhile; none of them may write to the arrays.
    """
    check("score", options)
    given = Given({}, {})
    if labels is None:
        labels = _labels_of(activations)
    path = _activations(given, IN_MEMORY, activations)
    args = [f"--labels={_labels(given, IN_MEMORY, labels)}"]
    _check_order(given)
    if reference is not None:
        if reference_labels is None:
            raise TypeError("score() with `reference` also needs `reference_labels`")
        args.append(f"--reference={_activations(given, 'reference in memory', reference)}")
        args.append(f"--reference-labels={_labels(given, 'reference in memory', reference_labels)}")
    args += flags(
        {
            "temperatures": temperatures,
            "distance": distance,
            "preset": preset,
            "temperature_unit": unit,
            "explain": explain,
            "at": at,
            "per_class": per_class,
            **options,
        }
    )
    args += _pictures(options)
    scored, rendered = _listening(progress, lambda listener: _native.score(["snnl-score", *args, "--", path], given, listener))
    return Result(scored, rendered)


def read(path: Path) -> Result:
    """The result in a file that `Result.save`, `Result.to_json`, `Result.to_html` or the command wrote, with the losses of its
    rows where they lie beside it."""
    scored, rendered = _native.read(os.fspath(path))
    return Result(scored, rendered)


def compare(
    checkpoints: Mapping[str, Union[Result, Activations]],
    labels: Optional[Labels] = None,
    temperatures: Optional[Temperatures] = None,
    *,
    at: Optional[Temperatures] = None,
    curve: bool = False,
    distance: Optional[Distance] = None,
    preset: Optional[Preset] = None,
    unit: Optional[Unit] = None,
    per_class: bool = False,
    progress: Optional[bool] = None,
    **options: Unpack[Options],
) -> Comparison:
    """Checkpoints side by side: which layers changed against the first, by how much, and how sure that is.

    `checkpoints` has, by name, results, or activations as `score` takes them, all of rows with these `labels`. Results need
    none. With `temperatures="anneal"`, each is compared at the annealed temperature of the epoch in its name.

    Raises Incomparable, a ValueError, for results of different data or definitions.
    """
    check("compare", options)
    if not isinstance(checkpoints, Mapping):
        raise TypeError(f"compare() takes a dict {{name: checkpoint}}, not {type(checkpoints).__name__}")
    given, names = Given({}, {}), {}
    results: dict[str, Any] = {}
    paths = []
    for key, checkpoint in checkpoints.items():
        name = str(key)
        if is_path(checkpoint) and _native.is_result(os.fspath(checkpoint)):
            checkpoint = read(checkpoint)
        if isinstance(checkpoint, Result):
            path = _named(name, (taken.removesuffix(".json") for taken in results)) + ".json"
            results[path] = checkpoint._scored
        else:
            if _native.is_result(name):
                raise ValueError(f"checkpoint {name!r} is called like a result; give it another name, or `read` it")
            path = _activations(given, _named(name, given.layers), checkpoint)
        names[path] = name
        paths.append(path)
    args: list[str] = []
    if labels is not None:
        args.append(f"--labels={_labels(given, IN_MEMORY, labels)}")
    args += flags(
        {
            "temperatures": temperatures,
            "at": at,
            "curve": curve,
            "distance": distance,
            "preset": preset,
            "temperature_unit": unit,
            "per_class": per_class,
            **options,
        }
    )
    args += _pictures(options)
    run = lambda listener: _native.compare(["snnl-score", "compare", *args, "--", *paths], given, results, names, listener)  # noqa: E731
    return Comparison(_listening(progress, run))


def gate(
    candidate: Union[Result, Activations],
    labels: Optional[Labels] = None,
    temperatures: Optional[Temperatures] = None,
    *,
    baseline: Optional[Union[Result, Path]] = None,
    rules: Optional[Path] = None,
    max: Optional[float] = None,
    max_regression: Optional[str] = None,
    at: Optional[float] = None,
    init: bool = False,
    allow_degenerate: bool = False,
    distance: Optional[Distance] = None,
    preset: Optional[Preset] = None,
    unit: Optional[Unit] = None,
    progress: Optional[bool] = None,
    **options: Unpack[Options],
) -> GateReport:
    """Whether a checkpoint may pass: rules on its values, and on their change against a baseline.

    `candidate` is a result, or activations as `score` takes them. `rules` is the path of a file (docs/gating.md); `max` is the
    highest value allowed, `max_regression` the largest increase, "2%" or "0.01nats", both at the best temperature or `at`.
    A broken rule is no exception: ask `passed`.
    """
    check("gate", options)
    given, results = Given({}, {}), {}
    if isinstance(candidate, Result):
        path = _named("candidate.json", ())
        results[path] = candidate._scored
    else:
        path = _activations(given, _named("candidate", ()), candidate)
    args: list[str] = []
    if labels is not None:
        args.append(f"--labels={_labels(given, IN_MEMORY, labels)}")
    if isinstance(baseline, Result):
        scored, baseline = baseline._scored, _named("baseline.json", ())
        results[baseline] = scored
    args += flags(
        {
            "temperatures": temperatures,
            "baseline": baseline,
            "rules": rules,
            "max": max,
            "max_regression": max_regression,
            "at": at,
            "init": init,
            "allow_degenerate": allow_degenerate,
            "distance": distance,
            "preset": preset,
            "temperature_unit": unit,
            **options,
        }
    )
    run = lambda listener: _native.gate(["snnl-score", "gate", *args, "--", path], given, results, listener)  # noqa: E731
    return GateReport(_listening(progress, run))


def soft_nearest_neighbor_loss(
    X: Activations, y: Labels, *, temperature: float, metric: Distance = "cosine", unit: Unit = "raw"
) -> float:
    """The Soft Nearest Neighbor Loss of N × D activations with labels `y` at one temperature, in the manner of scikit-learn's
    metrics. `temperature` is a distance, or with `unit="mean"` a multiple of the mean distance between rows.

    A scorer, which scikit-learn maximises:

        def disentanglement(estimator, X, y):
            return -soft_nearest_neighbor_loss(estimator.transform(X), y, temperature=0.2, unit="mean")
    """
    return float(score(X, y, float(temperature), distance=metric, unit=unit, progress=False).snnl[0, 0])


def _listening(progress: Optional[bool], run: Callable[[Listener], T]) -> T:
    listener = Listener(progress)
    try:
        return run(listener)
    finally:
        listener.close()


def _activations(given: Given, name: str, activations: Activations) -> str:
    """The path that activations are named by: their own, or `name`, which stands for them."""
    if is_path(activations):
        return os.fspath(activations)
    if isinstance(activations, Report):
        raise TypeError("expected activations, found a result")
    given.layers[name] = _arrays.layers(activations)
    return name


def _labels_of(activations: Activations) -> Path:
    """The labels that lie in a dump beside its layers, as `snnl_score.torch.record` writes them."""
    if is_path(activations):
        labels = os.path.join(os.fspath(activations), "y.npy")
        if os.path.exists(labels):
            return labels
    raise TypeError("score() needs labels, unless the path of a dump with a y.npy in it is scored")


def _check_order(given: Given) -> None:
    """Raises ValueError where activations and labels look as if they stood in each other's place."""
    labels = given.labels.get(IN_MEMORY)
    layers = given.layers.get(IN_MEMORY, [])
    if labels is not None and len(labels.shape) == 2 and labels.shape[1] > 1 and layers and len(layers[0].shape) == 1:
        raise ValueError(
            f"expected N × D activations and N labels, found shapes {layers[0].shape} and {labels.shape}: are they swapped?"
        )


def _labels(given: Given, name: str, labels: Labels) -> str:
    if is_path(labels):
        return os.fspath(labels)
    given.labels[name] = _arrays.labels(labels)
    return name


def _named(name: str, others: Iterable[str]) -> str:
    """A path that stands for what is called `name` and is in memory: one in a directory of its own, so that it is never that of a
    file beside it, and in which nothing is a glob."""
    plain = re.sub(r"[*?{}\[\]]", "_", name) or "_"
    path = f"{IN_MEMORY}/{plain}"
    taken = set(others)
    while path in taken:
        path += "_"
    return path


def _pictures(options: Any) -> list[str]:
    """Pages have maps and thumbnails where they are asked for, and the command asks for them where it writes a page."""
    asked = any(name in options for name in ("map", "map_rows", "thumbnails"))
    return [f"--export-html={os.devnull}"] if asked else []
