"""Activations of a model, recorded while it runs."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Callable, Optional, Union

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .. import _arrays
from .._errors import SnnlWarning
from ._dump import Dump
from ._modules import Pool, chosen, first_tensor, inner, pooled

_LABELS = "y"
"""The file of the labels."""

_DTYPES = {
    "float16": (torch.float16, "<f2"),
    "bfloat16": (torch.bfloat16, "<V2"),
    "float32": (torch.float32, "<f4"),
    "float64": (torch.float64, "<f8"),
}


class Recorder:
    """Records what modules of a model return, while the model runs:

        with Recorder(model, layers="encoder.*", out="dump/") as recorder:
            for x, y in loader:
                model(x)
                recorder.labels(y)

    writes `dump/NAME.npy`, N rows, for every module, and `dump/y.npy`. `snnl_score.score("dump/", "dump/y.npy")` scores it.

    The dump takes its place when the block ends. If it raises, or if the program is killed, there is none, and an earlier one is
    as it was.

    model: a module. That in a DataParallel, a DistributedDataParallel or a compiled module is recorded by its own names.
    layers: names of modules, or globs of them, in which * stands for anything. "*" alone is every module without modules of its
        own that returns a row for each label.
    out: the directory of the dump, which may not exist or be empty, unless `overwrite`.
    pool: what becomes of axes between rows and features: None keeps them (scores flatten them), "mean" is the mean over the
        tokens of N × tokens × D and over the places of N × D × height × width, "first" and "last" are one of the tokens; a
        function gets and returns a tensor.
    dtype: float16, bfloat16, float32 or float64; None keeps each layer's own. A number that it cannot hold is an error.
    batch_dim: the axis of rows: 1 for tokens × N × D.

    A module that is called several times in a pass has a layer for each: NAME, NAME.call2 and so on. Of a tuple, a list or a dict
    that a module returns, the first tensor is recorded. What has no features, and integers, is not.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        layers: Union[str, Sequence[str]] = "*",
        out: Union[str, os.PathLike[str]] = "dump",
        *,
        pool: Pool = None,
        dtype: Optional[Union[str, torch.dtype]] = "float16",
        batch_dim: int = 0,
        overwrite: bool = False,
    ) -> None:
        dtype = None if dtype is None else str(dtype).replace("torch.", "")
        if dtype is not None and dtype not in _DTYPES:
            raise ValueError(f"expected dtype {', '.join(_DTYPES)} or None, found {dtype!r}")
        if not (pool is None or callable(pool) or pool in ("mean", "first", "last")):
            raise ValueError(f"expected pool mean, first, last, a function or None, found {pool!r}")
        self._model, self._pool, self._dtype, self._batch_dim = model, pool, dtype, batch_dim
        self._modules = chosen(inner(model), [layers] if isinstance(layers, str) else list(layers))
        # Who asks for everything does not mean the modules that return no rows, position embeddings for one.
        self._takes_what_fits = layers == "*"
        self._out, self._overwrite = out, overwrite
        self._labels: list[NDArray[Any]] = []
        self._dump: Optional[Dump] = None
        self._hooks: list[torch.utils.hooks.RemovableHandle] = []
        self._lock = threading.RLock()
        # How many modules are running, and what those that are recorded returned since the outermost of them began: by name and
        # device, a tensor for each call.
        self._depth = 0
        self._pass: dict[str, dict[int, list[Tensor]]] = {}
        self._is_told_of_training = False

    def __enter__(self) -> Recorder:
        self._dump = Dump(self._out, overwrite=self._overwrite)
        self._labels.clear()
        names = {module: name for name, module in self._modules.items()}
        tracked = dict.fromkeys([self._model, *inner(self._model).modules()])
        for module in tracked:
            self._hooks.append(module.register_forward_pre_hook(self._begin))
            hook = self._returned(names.get(module))
            self._hooks.append(module.register_forward_hook(hook, always_call=True))
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        dump, self._dump = self._dump, None
        if dump is None:
            return
        try:
            if kind is None:
                self._finish(dump)
        except BaseException:
            dump.abandon()
            raise
        if kind is not None:
            dump.abandon()

    def labels(self, labels: Any) -> None:
        """Adds the labels of the rows of the last pass, as `snnl_score.score` takes them.

        Raises ValueError where a layer has not as many rows as there are labels so far."""
        if self._dump is None:
            raise RuntimeError("labels are recorded inside of the `with` block")
        self._labels.append(np.atleast_1d(_arrays.label_values(labels)))
        count = sum(map(len, self._labels))
        for name, rows in self._dump.rows().items():
            if rows != count and not self._takes_what_fits:
                raise _misfit(name, rows, f"{count} labels")

    def _finish(self, dump: Dump) -> None:
        layers = dump.rows()
        if self._labels:
            # Texts of one batch may be longer than those of another.
            labels = np.concatenate(self._labels)
            dump.append(_LABELS, labels, labels.dtype.str)
            expected, of = len(labels), f"{len(labels)} labels"
        else:
            expected = max(layers.values(), default=0)
            of = f"{expected} rows of another"
        misfits = {name: rows for name, rows in layers.items() if rows != expected}
        if len(misfits) == len(layers):
            name, rows = next(iter(misfits.items()), (None, 0))
            if name is None:
                raise ValueError("nothing was recorded: no module that was chosen was called, or none returned features")
            raise _misfit(name, rows, of)
        for name, rows in misfits.items():
            if not self._takes_what_fits:
                raise _misfit(name, rows, of)
            dump.drop(name)
            warn(f"layer `{name}` is left out, for it has {rows} rows, and there are {of}")
        dump.finish()

    def _begin(self, module: torch.nn.Module, _: Any) -> None:
        with self._lock:
            if self._depth == 0:
                self._pass = {}
            self._depth += 1
            if module.training and not self._is_told_of_training:
                self._is_told_of_training = True
                warn("the model is in training mode, and dropout and batch norm are recorded as in training; call model.eval()")

    def _returned(self, name: Optional[str]) -> Callable[[torch.nn.Module, Any, Any], None]:
        def hook(module: torch.nn.Module, inputs: Any, output: Any) -> None:
            with self._lock:
                self._depth -= 1
                tensor = None if name is None else first_tensor(output)
                if name is not None and tensor is not None:
                    kept = self._kept(name, tensor)
                    if kept is not None:
                        self._pass.setdefault(name, {}).setdefault(tensor.get_device(), []).append(kept)
                if self._depth == 0:
                    # A pass that raised returned nothing.
                    calls, self._pass = self._pass if output is not None else {}, {}
                    self._write(calls)

        return hook

    def _kept(self, name: str, tensor: Tensor) -> Optional[Tensor]:
        """What is recorded of a tensor, on the processor; none if it has no features."""
        tensor = tensor.detach()
        if tensor.dim() < 2 or not tensor.dtype.is_floating_point:
            return None
        tensor = pooled(tensor.movedim(self._batch_dim, 0), self._pool)
        if tensor.dim() < 2:
            raise ValueError(f"pool left no features of layer `{name}`: it returned the shape {tuple(tensor.shape)}")
        dtype = tensor.dtype if self._dtype is None else _DTYPES[self._dtype][0]
        # Always a copy: the next module may write to what this one returned.
        kept = tensor.to(device="cpu", dtype=dtype, copy=True)
        if kept.dtype != tensor.dtype and bool((kept.isinf() & tensor.isfinite().cpu()).any()):
            largest = float(tensor.abs()[tensor.isfinite()].max())
            raise ValueError(
                f"layer `{name}` has numbers up to {largest:.3g}, which {self._dtype} cannot hold; dtype='float32' can"
            )
        return kept

    def _write(self, calls: dict[str, dict[int, list[Tensor]]]) -> None:
        if self._dump is None:
            return
        for name, devices in calls.items():
            # A batch that was scattered over devices lies on them in order.
            by_device = [devices[device] for device in sorted(devices)]
            for call in range(len(by_device[0])):
                rows = torch.cat([tensors[call] for tensors in by_device if call < len(tensors)])
                layer = name if call == 0 else f"{name}.call{call + 1}"
                bits = rows.view(torch.int16) if rows.dtype == torch.bfloat16 else rows
                array = bits.numpy()
                self._dump.append(layer, array, "<V2" if rows.dtype == torch.bfloat16 else array.dtype.str)


def _misfit(name: str, rows: int, expected: str) -> ValueError:
    return ValueError(
        f"layer `{name}` has {rows} rows, and there are {expected}; every pass calls the same modules on one batch, "
        "and `batch_dim` is the axis of its rows"
    )


def warn(text: str) -> None:
    warnings.warn(text, SnnlWarning, stacklevel=4)
