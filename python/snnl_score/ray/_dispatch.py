"""Keeps a cluster busy with tasks: a bounded number in flight, and another try for those that had bad luck."""

from __future__ import annotations

import heapq
import signal
import time
from collections import Counter, deque
from typing import Any, Callable, Iterable, NamedTuple, Optional, Protocol

from ._job import Ending

PASSING_TROUBLE = 75
"""The command's exit code for what may pass."""

_SIGNALLED = 128
"""Shells, and the command itself, end with more than this after a signal."""

_POLL = 0.5
"""Seconds between two looks at whether to stop."""

_LONGEST_PAUSE = 60.0
"""Seconds between two tries of a task, at most."""

_BROKEN = 10
"""So many tasks given up one after the other, none done between them, are the fault of the machines, not of the tasks."""


class Cluster(Protocol):
    """Where tasks run. A handle stands for a task that was submitted."""

    def capacity(self) -> int:
        """How many tasks it can run at once, now."""

    def submit(self, task: int, retries: int) -> Any:
        """Queues a task, to be tried so many times more if its worker is lost, and returns its handle."""

    def wait(self, handles: list[Any], seconds: float) -> list[Any]:
        """Those of the handles that have ended, as soon as there is one, or none after so many seconds."""

    def ending(self, handle: Any) -> Ending:
        """How a task that has ended did so."""

    def cancel(self, handles: list[Any]) -> None:
        """Ends these tasks, and returns when they have ended."""


class Watcher(Protocol):
    """Is told what becomes of tasks."""

    def update(self, running: int) -> None:
        """So many are in flight."""

    def done(self, task: int) -> None:
        """The process of a task ended well."""

    def say(self, text: str) -> None:
        """Something a user should know."""


class Failure(NamedTuple):
    """What leaves no sense in going on."""

    task: int
    ending: Ending


class Dispatch:
    """The tasks that wait, those in flight, and those that were given up."""

    def __init__(self, cluster: Cluster, watcher: Watcher, *, window: Optional[int], retries: int, pause: float = 1.0) -> None:
        self._cluster, self._watcher = cluster, watcher
        self._window, self._retries, self._pause = window, retries, pause
        self._waiting: deque[int] = deque()
        self._later: list[tuple[float, int]] = []
        self._running: dict[Any, int] = {}
        self._failures: Counter[int] = Counter()
        self._given_up_in_a_row = 0
        self.ended_well: set[int] = set()

    def run(self, tasks: Iterable[int], stopped: Callable[[], bool]) -> Optional[Failure]:
        """Runs each task until it ends well or is given up. Returns early if `stopped` says so, or with what leaves no sense in
        going on."""
        self._waiting.extend(tasks)
        try:
            while self._waiting or self._later or self._running:
                if stopped():
                    return None
                self._fill()
                self._watcher.update(len(self._running))
                for handle in self._wait():
                    failure = self._finish(self._running.pop(handle), self._cluster.ending(handle))
                    if failure:
                        return failure
            return None
        finally:
            if self._running:
                self._cluster.cancel(list(self._running))

    def _fill(self) -> None:
        while self._later and self._later[0][0] <= time.monotonic():
            self._waiting.appendleft(heapq.heappop(self._later)[1])
        if not self._waiting:
            return
        window = self._window or default_window(self._cluster.capacity())
        while self._waiting and len(self._running) < window:
            task = self._waiting.popleft()
            self._running[self._cluster.submit(task, self._retries - self._failures[task])] = task

    def _wait(self) -> list[Any]:
        if self._running:
            return self._cluster.wait(list(self._running), _POLL)
        if self._later and not self._waiting:
            time.sleep(min(_POLL, max(0.0, self._later[0][0] - time.monotonic())))
        return []

    def _finish(self, task: int, ending: Ending) -> Optional[Failure]:
        if ending.code == 0:
            self._given_up_in_a_row = 0
            self.ended_well.add(task)
            self._watcher.done(task)
            return None
        if not is_passing(ending.code):
            return Failure(task, ending)
        # A lost worker was replaced as often as it may be before it is heard of.
        self._failures[task] += 1 if ending.code is not None else 1 + self._retries
        tries, what = self._failures[task], describe(ending)
        if tries <= self._retries:
            self._watcher.say(f"task {task} {what}; trying again, {tries} of {self._retries}")
            pause = min(_LONGEST_PAUSE, self._pause * 2.0 ** (tries - 1))
            heapq.heappush(self._later, (time.monotonic() + pause, task))
            return None
        self._watcher.say(f"task {task} {what}; given up\n{ending.text}".rstrip())
        self._given_up_in_a_row += 1
        return Failure(task, ending) if self._given_up_in_a_row >= _BROKEN else None


def default_window(capacity: int) -> int:
    """As many as run at once, and a few more: no worker waits for the driver, and a cluster that can grow sees a reason to."""
    return capacity + max(2, capacity // 8)


def is_passing(code: Optional[int]) -> bool:
    """Whether a task that ended so may do better next time."""
    return code is None or code < 0 or code == PASSING_TROUBLE or code > _SIGNALLED


def describe(ending: Ending) -> str:
    """What happened to a task, as the rest of a sentence."""
    where = f" on {ending.node}" if ending.node else ""
    if ending.code is None:
        return "lost its worker or machine, each time it was tried"
    if ending.code < 0:
        try:
            return f"was ended by {signal.Signals(-ending.code).name}{where}"
        except ValueError:
            return f"was ended by signal {-ending.code}{where}"
    return f"ended with exit code {ending.code}{where}"
