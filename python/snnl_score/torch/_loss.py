"""The Soft Nearest Neighbor Loss of a batch, for training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Optional, Union

import torch
from torch import Tensor


def annealed(epoch: int) -> float:
    """The temperature of an epoch, counted from 0, by which Agarap & Azcarraga anneal: T = 1 / (1 + epoch)^0.55
    (arXiv:2006.04535)."""
    return float((1.0 + epoch) ** -0.55)


class SoftNearestNeighborLoss(torch.nn.Module):
    """The Soft Nearest Neighbor Loss, summed over layers, to be added to the loss of a task:

        loss = criterion(model(x), target) + snnl(activations, labels)

    For each layer it is the mean over the rows of the batch that have a neighbor of their own class of

        loss_i = ln(1 + Σ_{j: y_j ≠ y_i} exp(−d_ij / T) / Σ_{j≠i, y_j = y_i} exp(−d_ij / T))

    (Frosst, Papernot & Hinton 2019, arXiv:1902.01889), in the log domain: no ε, and no row lost to underflow. On the same rows it
    is the value of `snnl_score.score` at that temperature, `unit="raw"`. Minimising it moves classes apart; a negative `factor`
    moves them together.

    temperature: a number; a parameter, which is learned with the model; or "anneal" for that of the epoch (`annealed`), which the
        training loop sets: `snnl.epoch = epoch`.
    distance: as of `snnl_score.score`.
    factor: what the sum over layers is multiplied by; the article takes 100.
    code_units: how many features of the last layer, the code, enter, the first of them; the article leaves others free.
    """

    epoch: int

    def __init__(
        self,
        temperature: Union[float, Tensor, Literal["anneal"]] = 1.0,
        *,
        distance: Literal["cosine", "sqeuclidean", "euclidean"] = "cosine",
        factor: float = 1.0,
        code_units: Optional[int] = None,
    ) -> None:
        super().__init__()
        is_number = not isinstance(temperature, str) and 0.0 < float(torch.as_tensor(temperature).detach()) < float("inf")
        if not is_number and temperature != "anneal":
            raise ValueError(f"expected a positive temperature or 'anneal', found {temperature!r}")
        if distance not in _DISTANCES:
            raise ValueError(f"expected one of {', '.join(_DISTANCES)}, found {distance!r}")
        if code_units is not None and code_units < 1:
            raise ValueError(f"expected at least one unit of the code, found {code_units}")
        self._temperature = temperature
        self.distance = distance
        self.factor = factor
        self.code_units = code_units
        self.epoch = 0

    @property
    def temperature(self) -> Union[float, Tensor]:
        """That of the epoch, where it is annealed."""
        if isinstance(self._temperature, str):
            return annealed(self.epoch)
        return self._temperature if isinstance(self._temperature, Tensor) else float(self._temperature)

    def extra_repr(self) -> str:
        units = "" if self.code_units is None else f", code_units={self.code_units}"
        return f"temperature={self._temperature!r}, distance={self.distance!r}, factor={self.factor}{units}"

    def forward(self, activations: Union[Tensor, Mapping[str, Tensor], Iterable[Tensor]], labels: Tensor) -> Tensor:
        """The loss of a batch: of one layer, N × D, or of several, in a dict or a list. Axes after the first are flattened.
        `labels` are N whole numbers."""
        if isinstance(activations, Tensor):
            layers = [activations]
        else:
            layers = list(activations.values() if isinstance(activations, Mapping) else activations)
        if not layers:
            raise ValueError("there is no layer to take the loss of")
        if self.code_units is not None:
            code = layers[-1].flatten(1)
            if self.code_units > code.shape[1]:
                raise ValueError(f"expected at most {code.shape[1]} units of the code, found code_units={self.code_units}")
            layers[-1] = code[:, : self.code_units]
        losses = [self._of_layer(layer, labels) for layer in layers]
        return self.factor * torch.stack(losses).sum()

    def _of_layer(self, layer: Tensor, labels: Tensor) -> Tensor:
        labels = torch.as_tensor(labels, device=layer.device)
        if layer.dim() < 2 or labels.shape != layer.shape[:1]:
            raise ValueError(
                f"expected N × D activations and N labels, found shapes {tuple(layer.shape)} and {tuple(labels.shape)}"
            )
        with torch.autocast(layer.device.type, enabled=False):
            rows = layer.flatten(1)
            # Below, distances would be too coarse for low temperatures.
            rows = rows if rows.dtype == torch.float64 else rows.float()
            same = labels.unsqueeze(0) == labels.unsqueeze(1)
            itself = torch.eye(len(rows), dtype=torch.bool, device=rows.device)
            has_same = (same & ~itself).any(1)
            # Of a row whose neighbors are all of its class, the loss is 0.
            kept = has_same & ~same.all(1)
            if not kept.any():
                return rows.sum() * 0.0
            logits = -_DISTANCES[self.distance](rows)[kept] / self.temperature
            same, itself = same[kept], itself[kept]
            of_same = logits.masked_fill(~same | itself, -torch.inf).logsumexp(1)
            of_others = logits.masked_fill(same, -torch.inf).logsumexp(1)
            odds = of_others - of_same
            return torch.logaddexp(torch.zeros_like(odds), odds).sum() / has_same.sum()


def _cosine(rows: Tensor) -> Tensor:
    norms = rows.norm(dim=1, keepdim=True)
    # A row of zeros has no direction: it is at a distance of 1 from all.
    is_zero = norms == 0.0
    units = torch.where(is_zero, 0.0, rows / torch.where(is_zero, 1.0, norms))
    return 1.0 - units @ units.T


def _squared_euclidean(rows: Tensor) -> Tensor:
    return _euclidean(rows).square()


def _euclidean(rows: Tensor) -> Tensor:
    # By differences, for ‖x‖² + ‖y‖² − 2xy is rounded away between rows that are near each other.
    return torch.cdist(rows, rows, compute_mode="donot_use_mm_for_euclid_dist")


_DISTANCES = {"cosine": _cosine, "sqeuclidean": _squared_euclidean, "euclidean": _euclidean}
