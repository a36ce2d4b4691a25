"""The command, also as `python -m snnl_score`."""

from __future__ import annotations

import os
import signal
import sys


def main() -> int:
    """Runs the command as a process of its own would run it, and returns its exit code."""
    from ._native import command

    # Python closes none of these behind a program's back, but may have been started without one. The next file that is opened
    # would take its place, and be written to.
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    # Where the locale is C, Python makes it C.UTF-8 (PEP 538), whatever the terminal shows.
    coerced = os.environ.get("LC_CTYPE") in ("C.UTF-8", "C.utf8", "UTF-8")
    if coerced and not os.environ.get("LC_ALL") and os.environ.get("LANG", "") in ("", "C", "POSIX"):
        del os.environ["LC_CTYPE"]
    # What Python does on these signals waits for Python code, of which none runs.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGXFSZ"):
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    return command(["snnl-score", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
