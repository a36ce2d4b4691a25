"""What runs end with: scores, comparisons and outcomes of gates, with their values by name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Union, overload

import numpy as np

from ._errors import InvalidInput
from ._report import Report, Table, text

if TYPE_CHECKING:
    import matplotlib.axes
    from numpy.typing import NDArray

    from ._native import Rendered, Scored

    Path = Union[str, os.PathLike[str]]


class Best(NamedTuple):
    """Where a layer is lowest."""

    temperature: float
    snnl: float
    at_edge: bool
    """Whether that is an end of the temperatures, beyond which it may be lower."""


@dataclass(frozen=True)
class ClassScores:
    """The classes of a layer."""

    names: list[str]
    n: NDArray[np.int64]
    """Rows of each class that have a loss."""
    snnl: NDArray[np.float64]
    """Mean loss, classes × temperatures."""
    stderr: NDArray[np.float64]
    """Standard error of that."""


@dataclass(frozen=True)
class RowLosses:
    """The rows of a layer that have a loss."""

    index: NDArray[np.uint32]
    """Their places in the layer, ascending."""
    labels: NDArray[np.object_]
    """Their classes."""
    loss: NDArray[np.float64]
    """Rows × temperatures, in nats."""


class Result(Report, Table):
    """Scores of layers at temperatures."""

    def __init__(self, scored: Scored, rendered: Rendered) -> None:
        super().__init__(rendered)
        self._scored = scored

    def __reduce__(self) -> tuple[Any, ...]:
        # By the files that hold it; pictures of a page are made again, but for maps.
        with tempfile.TemporaryDirectory() as directory:
            self.save(os.path.join(directory, "result.json"))
            files = {}
            for name in os.listdir(directory):
                with open(os.path.join(directory, name), "rb") as file:
                    files[name] = file.read()
        return _unpickled, (files,)

    @property
    def layers(self) -> list[str]:
        """The names of the layers: in the order of a dict, or else in natural order."""
        return [layer["name"] for layer in self.data["layers"]]

    @property
    def temperatures(self) -> NDArray[np.float64]:
        """The temperatures, in the order asked for."""
        return np.array([score["temperature"] for score in self.data["layers"][0]["scores"]])

    @property
    def snnl(self) -> NDArray[np.float64]:
        """The Soft Nearest Neighbor Loss, layers × temperatures."""
        return self._values("snnl")

    @property
    def stderr(self) -> NDArray[np.float64]:
        """Its standard error over the rows, layers × temperatures."""
        return self._values("stderr")

    @property
    def chance(self) -> NDArray[np.float64]:
        """The value of random labels, by layer."""
        return np.array([layer["chance"] for layer in self.data["layers"]])

    @property
    def best(self) -> dict[str, Best]:
        """Where each layer is lowest."""
        return {layer["name"]: Best(**layer["best"]) for layer in self.data["layers"]}

    @property
    def classes(self) -> Mapping[str, ClassScores]:
        """The classes of each layer."""
        return _ByLayer(self.layers, self._classes)

    @property
    def rows(self) -> Mapping[str, RowLosses]:
        """The losses of each layer's rows, where they are known: of scores, and of what `save` saved."""
        return _ByLayer(self.layers, self._rows)

    @property
    def worst(self) -> Table:
        """The rows with the highest losses of each layer, of a score with `explain` or `worst`: `result.worst.to_pandas()`."""
        return self._detail("worst", "worst", "score(…, worst=20)")

    @property
    def picks(self) -> Table:
        """Which class the rows of each class pick, with which probability, of a score with `explain`."""
        return self._detail("picks", "explanation", "score(…, explain=True)")

    def _detail(self, name: str, key: str, how: str) -> Table:
        if not any(key in layer for layer in self.data["layers"]):
            raise InvalidInput(f"`{name}` was not asked for\n  hint: {how} has it")
        return Table(self._scored.detail(name))

    def save(self, path: Path) -> None:
        """Writes the result to `path`, a .json file, and the losses of its rows beside it, so that comparisons with it go row by
        row. `read`, `snnl-score compare` and `snnl-score gate` read both."""
        if not os.fspath(path).endswith(".json"):
            raise ValueError(f"expected a name that ends in .json, found {os.fspath(path)!r}")
        self._scored.save(os.fspath(path))

    def plot(self, ax: Optional[matplotlib.axes.Axes] = None) -> matplotlib.axes.Axes:
        """Draws a curve over T for each layer with matplotlib, and returns the axes."""
        if ax is None:
            import matplotlib.pyplot as pyplot

            _, ax = pyplot.subplots()
        temperatures, order = self.temperatures, np.argsort(self.temperatures)
        for name, values, best in zip(self.layers, self.snnl, self.best.values()):
            (line,) = ax.plot(temperatures[order], values[order], marker=".", label=name)
            ax.plot([best.temperature], [best.snnl], marker="o", color=line.get_color())
        ax.axhline(float(self.chance.mean()), color="gray", linestyle="--", linewidth=1, label="chance")
        unit = "T, in mean distances" if self.data["definition"]["temperature_unit"] == "mean" else "T"
        ax.set(xscale="log", xlabel=unit, ylabel="SNNL (nats)", ylim=(0, None))
        ax.legend()
        return ax

    def _values(self, name: str) -> NDArray[np.float64]:
        return np.array([[score[name] for score in layer["scores"]] for layer in self.data["layers"]])

    def _classes(self, layer: str) -> ClassScores:
        names, n, snnl, stderr = self._scored.classes(layer)
        return ClassScores(names, np.array(n), np.array(snnl), np.array(stderr))

    def _rows(self, layer: str) -> RowLosses:
        index, classes, names, losses = self._scored.rows(layer)
        return RowLosses(index, np.array(names, dtype=object)[classes], losses.T)


class Comparison(Report, Table):
    """Checkpoints side by side."""


class GateReport(Report):
    """What a gate found."""

    def __bool__(self) -> bool:
        return self.passed

    @property
    def passed(self) -> bool:
        """Whether every rule that decides is kept; what could not be checked does not pass."""
        return self.outcome == "pass"

    @property
    def outcome(self) -> str:
        """ "pass", "fail", or "missing" where nothing failed but something could not be checked."""
        outcome: str = self.data["outcome"]
        return outcome

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What became of each rule on each layer."""
        findings: list[dict[str, Any]] = self.data["findings"]
        return findings

    @overload
    def to_junit(self) -> str: ...

    @overload
    def to_junit(self, path: Path) -> None: ...

    def to_junit(self, path: Optional[Path] = None) -> Optional[str]:
        """The checks for CI systems."""
        return text(self._rendered, "junit", path)


class _ByLayer(Mapping[str, Any]):
    """Something of each layer, made when it is asked for."""

    def __init__(self, layers: list[str], of: Any) -> None:
        self._layers, self._of = layers, of

    def __getitem__(self, layer: str) -> Any:
        if layer not in self._layers:
            raise KeyError(f"there is no layer {layer!r}; there are {', '.join(self._layers)}")
        try:
            return self._of(layer)
        except LookupError:
            raise InvalidInput(
                f"the rows of layer `{layer}` are not known\n"
                "  cause: the result was read from a file without the losses of its rows beside it\n"
                "  hint: `save` writes both"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)


def _unpickled(files: dict[str, bytes]) -> Result:
    from ._native import read

    with tempfile.TemporaryDirectory() as directory:
        for name, content in files.items():
            with open(os.path.join(directory, name), "wb") as file:
                file.write(content)
        return Result(*read(os.path.join(directory, "result.json")))
