"""How a run goes: a bar where there is one to show, warnings, and notes for those who log."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from typing import Any, Optional

from ._errors import SnnlWarning, worded

_LOG = logging.getLogger("snnl_score")

_DELAY = 0.5
"""Seconds after which a bar is worth it."""


class Listener:
    """Is told how a run goes. `shown` says whether by a bar of tqdm; None is yes where somebody may see it."""

    def __init__(self, shown: Optional[bool]) -> None:
        self._shown = shown
        self._bar: Any = None
        self._start = time.monotonic()

    def progress(self, layer: str, done: int, expected: int) -> None:
        if self._bar is None:
            if self._shown is False or time.monotonic() - self._start < _DELAY:
                return
            self._bar = self._open()
            if self._bar is None:
                self._shown = False
                return
        self._bar.total = expected
        self._bar.set_description(layer, refresh=False)
        self._bar.update(done - self._bar.n)

    def warn(self, text: str) -> None:
        warnings.warn(worded(text), SnnlWarning, stacklevel=3)

    def note(self, text: str) -> None:
        _LOG.info("%s", text)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def _open(self) -> Any:
        if self._shown is None and not (sys.stderr.isatty() or "ipykernel" in sys.modules):
            return None
        try:
            from tqdm.auto import tqdm
        except ImportError:
            if self._shown:
                raise
            return None
        return tqdm(unit="pair", unit_scale=True, leave=False)
