"""A model run over all batches of a loader, and recorded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable, Optional, Union

import torch

from ._modules import Pool
from ._recorder import Recorder, warn


def record(
    model: torch.nn.Module,
    loader: Iterable[Any],
    layers: Union[str, Sequence[str]] = "*",
    out: Union[str, os.PathLike[str]] = "dump",
    *,
    pool: Pool = None,
    dtype: Optional[Union[str, torch.dtype]] = "float16",
    batch_dim: int = 0,
    overwrite: bool = False,
    device: Optional[Union[str, torch.device]] = None,
    forward: Optional[Callable[[torch.nn.Module, Any], Any]] = None,
) -> Path:
    """Runs the model over all batches, in evaluation mode and without gradients, records as `Recorder` does, and returns the
    directory of the dump.

    loader: of batches (x, y) or (x, y, …), of dicts as Hugging Face's models take them, with `labels` or `label` among them, or
        of x alone, which leaves the dump without labels. Rows are in the order of the loader.
    device: where batches are moved; None is where the model's parameters are.
    forward: runs the model on a batch, which is `model(x)`, or of a dict `model(**inputs)`, otherwise.
    """
    sampler = getattr(loader, "sampler", None)
    if sampler is not None and not isinstance(sampler, torch.utils.data.SequentialSampler):
        warn(
            f"the loader draws rows by {type(sampler).__name__}: labels are recorded in the same order, but dumps of several "
            "such passes cannot be compared row by row; shuffle=False keeps the order of the dataset"
        )
    if getattr(loader, "drop_last", False):
        warn("the loader drops the last batch if it is short, and its rows are not recorded; drop_last=False keeps them")
    recorder = Recorder(model, layers, out, pool=pool, dtype=dtype, batch_dim=batch_dim, overwrite=overwrite)
    if device is None:
        parameter = next(iter(model.parameters()), None)
        device = "cpu" if parameter is None else parameter.device
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with recorder, torch.no_grad():
            for batch in loader:
                inputs, labels = _split(batch)
                moved = _moved(inputs, device)
                if forward is not None:
                    forward(model, moved)
                elif isinstance(moved, Mapping):
                    model(**moved)
                else:
                    model(moved)
                if labels is not None:
                    recorder.labels(labels)
    finally:
        for module, mode in modes.items():
            module.training = mode
    return Path(out)


def _split(batch: Any) -> tuple[Any, Any]:
    """A batch without its labels, and these."""
    if isinstance(batch, Mapping):
        labels = next((batch[key] for key in ("labels", "label", "y", "target") if key in batch), None)
        return {key: value for key, value in batch.items() if key not in ("label", "y", "target")}, labels
    if isinstance(batch, (tuple, list)):
        return batch[0], batch[1] if len(batch) > 1 else None
    return batch, None


def _moved(inputs: Any, device: Union[str, torch.device]) -> Any:
    if isinstance(inputs, Mapping):
        return {name: _moved(value, device) for name, value in inputs.items()}
    if isinstance(inputs, (tuple, list)):
        return type(inputs)(_moved(value, device) for value in inputs)
    return inputs.to(device) if hasattr(inputs, "to") else inputs
