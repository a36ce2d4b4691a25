"""For PyTorch: activations recorded into a dump, and the Soft Nearest Neighbor Loss as a module for training.

    from snnl_score.torch import record

    record(model, loader, layers="encoder.*", out="dump/")

Of the package, only this module imports PyTorch.
"""

from ._loss import SoftNearestNeighborLoss, annealed
from ._record import record
from ._recorder import Recorder

__all__ = ["Recorder", "SoftNearestNeighborLoss", "annealed", "record"]
