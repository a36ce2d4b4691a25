"""What can go wrong, in the three lines of the command: where, why, and what to try."""

from __future__ import annotations

import errno
import re
from typing import Optional

from ._options import NAMES

_FLAG = re.compile(
    r"--([a-z]+(?:-[a-z]+)*)"
    r"(?:[ =]([^`\s]+)(?=`)|[ =](drop|cap|zero|error|null|flatten|mean|raw|auto|f64|cpu|\d[\w.%]*\b))?"
)


class SnnlError(Exception):
    """A failure. Its text has a line each for where, why, and what to try."""

    headline: str
    """What could not be done."""
    causes: list[str]
    """Why, from near to far."""
    hint: Optional[str]
    """What to try, if anything helps."""
    exit_code: int
    """The exit code of the command."""


class InvalidInput(SnnlError, ValueError):
    """An argument, or the data, is wrong."""


class Incomparable(SnnlError, ValueError):
    """Two results are of different data, or of different definitions."""


class PassingTrouble(SnnlError, RuntimeError):
    """The machine is in the way; running again may help."""


class SystemFailure(SnnlError, OSError):
    """The operating system refused."""


class MissingFile(SystemFailure, FileNotFoundError):
    """There is no such file."""


class RefusedAccess(SystemFailure, PermissionError):
    """The operating system does not allow it."""


class SnnlWarning(UserWarning):
    """Something went wrong that changes no result."""


def worded(text: str) -> str:
    """The text of the command in Python's words: arguments instead of flags, where there are such."""

    def argument(found: re.Match[str]) -> str:
        name = found[1].replace("-", "_")
        if name not in NAMES:
            return found[0]
        name, value = "unit" if name == "temperature_unit" else name, found[2]
        if value is None and found[3] is not None:
            value = found[3] if found[3].replace(".", "").isdigit() else f'"{found[3]}"'
        return name if value is None else f"{name}={value}"

    text = _FLAG.sub(argument, text).replace("`-T`", "`temperatures`")
    return text.replace("-T sets", "`temperatures` sets").replace("this command line", "these arguments")


def exception(headline: str, causes: list[str], hint: Optional[str], exit_code: int, system_error: Optional[int]) -> SnnlError:
    """The exception of a failure; `system_error` is the number of an error of the operating system."""
    kind: type[SnnlError] = {5: Incomparable, 75: PassingTrouble}.get(exit_code, InvalidInput)
    if system_error is not None:
        kind = {errno.ENOENT: MissingFile, errno.EACCES: RefusedAccess, errno.EPERM: RefusedAccess}.get(
            system_error, SystemFailure
        )
    headline, causes = worded(headline), [worded(cause) for cause in causes]
    hint = None if hint is None else worded(hint)
    lines = [headline, *(f"  cause: {cause}" for cause in causes)]
    if hint is not None:
        lines.append(f"  hint: {hint}")
    error = kind("\n".join(lines))
    error.headline, error.causes, error.hint, error.exit_code = headline, causes, hint, exit_code
    if system_error and isinstance(error, OSError):
        error.errno = system_error
    return error
