"""Which modules of a model are recorded, and what of what they return."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from typing import Any, Callable, Optional, Union

import torch
from torch import Tensor

from .._native import is_label_like

Pool = Union[str, Callable[[Tensor], Tensor], None]
"""What becomes of the axes between rows and features."""


def inner(model: torch.nn.Module) -> torch.nn.Module:
    """The module that others are wrapped around."""
    wrapped = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)
    while True:
        if isinstance(model, wrapped):
            model = model.module
        elif hasattr(model, "_orig_mod"):
            model = model._orig_mod  # type: ignore[assignment]
        else:
            return model


def chosen(model: torch.nn.Module, globs: list[str]) -> dict[str, torch.nn.Module]:
    """The modules that any of `globs` names, by their names."""
    named = {name: module for name, module in model.named_modules() if name}
    # A module without any in it is its only layer, whatever is asked for.
    lone = {} if named else {type(model).__name__.lower(): model}
    chosen = dict(lone)
    for glob in [] if lone else globs:
        found = {name: module for name, module in named.items() if _is_named(glob, name, module)}
        if not found:
            raise ValueError(f"no module is called `{glob}`; there are: {', '.join(named)}")
        chosen.update(found)
    for name in chosen:
        if is_label_like(name):
            raise ValueError(f"module `{name}` is called like labels, which are never scored; leave it out, or rename it")
    return lone or {name: named[name] for name in named if name in chosen}


def _is_named(glob: str, name: str, module: torch.nn.Module) -> bool:
    if glob == "*":
        return next(module.children(), None) is None
    return name == glob or fnmatch.fnmatchcase(name, glob)


def first_tensor(output: Any) -> Optional[Tensor]:
    if isinstance(output, Tensor):
        return output
    if isinstance(output, Mapping):
        output = output.values()
    elif not isinstance(output, (tuple, list)):
        return None
    return next((tensor for tensor in map(first_tensor, output) if tensor is not None), None)


def pooled(tensor: Tensor, pool: Pool) -> Tensor:
    if pool is None:
        return tensor
    if callable(pool):
        return pool(tensor)
    if tensor.dim() == 3:
        return tensor.mean(1) if pool == "mean" else tensor[:, 0 if pool == "first" else -1]
    return tensor.flatten(2).mean(2) if pool == "mean" and tensor.dim() > 3 else tensor
