"""What a worker of Ray does: runs the command for one task, and returns its exit code."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, NamedTuple, Optional

BAD_INPUT = 3
"""The command's exit code for what no retry can help."""

_TAIL = 4000
"""Bytes kept of the end of what the command writes to standard error."""

_GRACE = 10.0
"""Seconds between asking a process to end and killing it; the command needs one."""


class Ending(NamedTuple):
    """How the process of a task ended."""

    code: Optional[int]
    """Its exit code, or less than 0 for a signal; None where it was lost with its worker or node."""
    text: str
    """The last lines of its standard error."""
    node: str
    """The name of the machine, where it is known."""


def command(program: Optional[str]) -> list[str]:
    """What starts the command here: `program`, or the command of the installed package."""
    return [program] if program else [sys.executable, "-m", "snnl_score"]


def compute(program: Optional[str], arguments: list[str], directory: str) -> tuple[Optional[int], str, str]:
    """Runs the command in `directory` and returns an `Ending`; as a plain tuple, which every version of the package reads."""
    node = socket.gethostname()
    if not os.path.isdir(directory):
        cause = f"  cause: there is no directory `{directory}` on {node}"
        hint = "  hint: tasks run where the driver was started, which must be a directory that all machines share"
        return BAD_INPUT, f"error: cannot compute tasks\n{cause}\n{hint}", node
    typed = [*command(program), *arguments]
    if os.name == "posix":
        # Isolated, so that nothing in the directory is taken for a module.
        typed = [sys.executable, "-I", "-S", str(Path(__file__).with_name("_leash.py")), str(os.getpid()), *typed]
    process = subprocess.Popen(typed, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    tail = _Tail(process.stderr)
    try:
        # With a timeout it polls, so that a cancelled task is interrupted; without one, only a signal would do.
        while process.poll() is None:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                continue
    except BaseException:
        _end(process)
        raise
    return process.returncode, tail.text(), node


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class _Tail:
    """Reads a stream to its end, whatever its length, and keeps the last of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._kept = b""
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def text(self) -> str:
        # The stream is open for as long as somebody has it, which need not be the process that has ended.
        self._thread.join(timeout=1)
        return self._kept.decode(errors="replace").strip()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), 1 << 16):
                self._kept = (self._kept + chunk)[-_TAIL:]
