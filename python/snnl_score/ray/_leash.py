"""Becomes another program, which dies with the process that started it: `python _leash.py PID PROGRAM ARGUMENT...`

It is a program of its own because a process with threads, as a worker of Ray is, may run no Python between fork and exec.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    # Other systems have nothing like it; there a task whose worker was killed runs to its end, and writes the result it should.
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    # No signal comes for a parent that died before it was asked for.
    if os.getppid() != parent:
        sys.exit(128 + signal.SIGTERM)
    # Python ignores these, and what is ignored stays so in the program.
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"error: cannot start `{command[0]}`\n  cause: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main()
