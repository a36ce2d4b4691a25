"""How far a run is, on standard error: one line that changes on a terminal, else a line now and then."""

from __future__ import annotations

import io
import re
import sys
import time
from typing import Callable, Optional, Sequence

_LINES = 30.0
"""Seconds between two lines where no terminal shows them."""

_REDRAW = 0.2
"""Seconds between two looks of the line of a terminal."""


class Progress:
    """`pairs` are those of each task; `done` of `expected` pairs, and `tasks_done` tasks, are there already."""

    def __init__(self, pairs: Sequence[int], expected: int, done: int, tasks_done: int) -> None:
        self._pairs, self._expected, self._before = pairs, max(expected, 1), done
        self._done, self._tasks_done = done, tasks_done
        self._terminal = sys.stderr.isatty()
        self._start: Optional[float] = None
        self._next = 0.0

    def update(self, running: int) -> None:
        now = time.monotonic()
        # Until the first task is in flight, the cluster is being started.
        self._start = self._start or now
        if now < self._next:
            return
        self._next = now + (_REDRAW if self._terminal else _LINES)
        self._write(self._line(running, now - self._start), keep=not self._terminal)

    def done(self, task: int) -> None:
        self._tasks_done += 1
        self._done += self._pairs[task]

    def say(self, text: str) -> None:
        self._write(text, keep=True)
        self._next = 0.0 if self._terminal else self._next

    def close(self) -> None:
        """Takes the line of the terminal away."""
        if self._terminal:
            self._write("", keep=False)

    def _line(self, running: int, seconds: float) -> str:
        share = 100.0 * self._done / self._expected
        line = f"{self._tasks_done}/{len(self._pairs)} tasks, {share:.1f} % of the pairs, {running} in flight"
        rate = (self._done - self._before) / seconds if seconds > 0 else 0.0
        if rate > 0:
            left = duration((self._expected - self._done) / rate)
            line += f", {rate:.2e} pairs/s, {left} left"
        return line

    def _write(self, text: str, keep: bool) -> None:
        # A line that is replaced is erased first.
        start = "\r\033[K" if self._terminal else ""
        sys.stderr.write(start + text + ("\n" if keep else ""))
        sys.stderr.flush()


class Relay(io.TextIOBase):
    """Takes what Ray prints, which is long and goes to standard output, and says the first sentence of each message."""

    _COLOR = re.compile(r"\033\[[0-9;]*m")
    _FROM = re.compile(r"^\([^)]*\) ")

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        for line in self._COLOR.sub("", text).splitlines():
            # What is indented belongs to a message above it.
            if line.strip() and not line[0].isspace():
                self._say("Ray: " + self._FROM.sub("", line).split(". ")[0].rstrip(". "))
        return len(text)


def duration(seconds: float) -> str:
    """Hours, minutes and seconds, as far as they matter."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
