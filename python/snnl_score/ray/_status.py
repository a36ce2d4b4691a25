"""Which tasks of a plan are done, as the command finds it in the files of their results."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Iterable, Optional

from ._job import command

DONE = 0
DAMAGED = 3
INCOMPLETE = 4


class StatusError(Exception):
    """The command cannot say how far the tasks are."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Status:
    """The answer of `snnl-score status --json`."""

    code: int
    """Its exit code: 0 if all tasks are done."""
    text: str
    """What it says to people about what is missing or damaged."""
    tasks: int
    remaining: tuple[int, ...]
    """Those without a whole result."""
    pairs: int
    pairs_done: int


def read_status(program: Optional[str], plan: str, out: str) -> Status:
    """Runs `status`. Raises StatusError where it finds more amiss than results that are missing or damaged."""
    typed = [*command(program), "status", plan, out, "--json"]
    try:
        done = subprocess.run(typed, capture_output=True, encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        raise StatusError(127, f"error: cannot start `{typed[0]}`\n  cause: {error.strerror}") from error
    code = done.returncode if done.returncode >= 0 else 128 - done.returncode
    # A plan that cannot be read has the exit code of damaged results, but no answer.
    if code not in (DONE, DAMAGED, INCOMPLETE) or not done.stdout.strip():
        raise StatusError(code or 1, done.stderr.strip() or f"error: `{' '.join(typed)}` ended with exit code {code}")
    found = json.loads(done.stdout)
    remaining = sorted([*numbers(found["missing"]), *numbers(found["damaged"])])
    return Status(code, done.stderr.strip(), found["tasks"], tuple(remaining), found["pairs"], found["pairs_done"])


def numbers(text: str) -> list[int]:
    """The numbers in a text like 17,40-43."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def ranges(tasks: Iterable[int]) -> str:
    """The text of numbers, as --task takes them."""
    spans: list[list[int]] = []
    for task in sorted(tasks):
        if spans and spans[-1][1] == task - 1:
            spans[-1][1] = task
        else:
            spans.append([task, task])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
