"""Soft Nearest Neighbor Loss of activations: how entangled the classes are, on the full dataset, exactly.

    import snnl_score

    result = snnl_score.score(x, y)        # N × D activations, N labels
    print(result)

For N rows x_i with labels y_i, a distance d and a temperature T, row i never meeting itself:

    same_i = Σ_{j≠i, y_j = y_i} exp(−d_ij / T)        other_i = Σ_{j: y_j ≠ y_i} exp(−d_ij / T)
    loss_i = ln(1 + other_i / same_i)
    SNNL   = mean of loss_i over the rows that have a neighbor of their own class

Source: Frosst, Papernot & Hinton 2019 (arXiv:1902.01889). 0 means classes apart; as entangled as random labels is the chance
value that every result has.

`snnl_score.torch` records activations and has the loss as a module for training; only there is PyTorch imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._errors import Incomparable, InvalidInput, PassingTrouble, SnnlError, SnnlWarning, SystemFailure
    from ._native import __version__
    from ._report import Table
    from ._results import Best, ClassScores, Comparison, GateReport, Result, RowLosses
    from ._runs import compare, gate, read, score, soft_nearest_neighbor_loss

# By module, so that the command, which needs none of it, need not wait for NumPy.
_MODULES = {
    "_errors": ("Incomparable", "InvalidInput", "PassingTrouble", "SnnlError", "SnnlWarning", "SystemFailure"),
    "_native": ("__version__",),
    "_report": ("Table",),
    "_results": ("Best", "ClassScores", "Comparison", "GateReport", "Result", "RowLosses"),
    "_runs": ("compare", "gate", "read", "score", "soft_nearest_neighbor_loss"),
}

__all__ = [
    "Best",
    "ClassScores",
    "Comparison",
    "GateReport",
    "Incomparable",
    "InvalidInput",
    "PassingTrouble",
    "Result",
    "RowLosses",
    "SnnlError",
    "SnnlWarning",
    "SystemFailure",
    "Table",
    "__version__",
    "compare",
    "gate",
    "read",
    "score",
    "soft_nearest_neighbor_loss",
]


def __getattr__(name: str) -> Any:
    import importlib

    for module, names in _MODULES.items():
        if name in names:
            value = getattr(importlib.import_module(f".{module}", __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
