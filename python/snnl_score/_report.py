"""Reports: results that can be shown, and written in every format of the command."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from typing import TYPE_CHECKING, Any, Optional, Union, overload

if TYPE_CHECKING:
    import pandas
    import polars

    from ._native import Rendered

    Path = Union[str, os.PathLike[str]]


class Report:
    """A result that can be shown and written."""

    def __init__(self, rendered: Rendered) -> None:
        self._rendered = rendered
        self._data: Optional[dict[str, Any]] = None

    @property
    def data(self) -> dict[str, Any]:
        """Everything, by the names of the JSON."""
        if self._data is None:
            self._data = json.loads(self._rendered.render("json"))
        return self._data

    @overload
    def to_json(self) -> str: ...

    @overload
    def to_json(self, path: Path) -> None: ...

    def to_json(self, path: Optional[Path] = None) -> Optional[str]:
        """The whole result; written to `path` if one is given, as of every other method."""
        return text(self._rendered, "json", path)

    @overload
    def to_html(self) -> str: ...

    @overload
    def to_html(self, path: Path) -> None: ...

    def to_html(self, path: Optional[Path] = None) -> Optional[str]:
        """One page with tables and pictures that needs nothing else; it holds the whole result, as JSON does."""
        return text(self._rendered, "html", path)

    @overload
    def to_markdown(self) -> str: ...

    @overload
    def to_markdown(self, path: Path) -> None: ...

    def to_markdown(self, path: Optional[Path] = None) -> Optional[str]:
        """Tables for people."""
        return text(self._rendered, "markdown", path)

    def __str__(self) -> str:
        return self._rendered.render("table").decode().rstrip("\n")

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self._rendered.fragment()


class Table:
    """A result, or a part of one, with a row per value."""

    def __init__(self, rendered: Rendered) -> None:
        self._rendered = rendered

    def __repr__(self) -> str:
        return self._rendered.render("csv").decode().rstrip("\n")

    @overload
    def to_csv(self) -> str: ...

    @overload
    def to_csv(self, path: Path) -> None: ...

    def to_csv(self, path: Optional[Path] = None) -> Optional[str]:
        """One line per value."""
        return text(self._rendered, "csv", path)

    def to_parquet(self, path: Path) -> None:
        """One row per value, with types."""
        write(path, self._rendered.render("parquet"))

    def to_pandas(self) -> pandas.DataFrame:
        """One row per value: the columns of the CSV."""
        import pandas

        return pandas.DataFrame(dict(self._rendered.records()))

    def to_polars(self) -> polars.DataFrame:
        """As `to_pandas`, for polars."""
        import polars

        return polars.DataFrame(dict(self._rendered.records()))


def text(rendered: Rendered, kind: str, path: Optional[Path]) -> Optional[str]:
    content = rendered.render(kind)
    if path is None:
        return content.decode()
    write(path, content)
    return None


def write(path: Path, content: bytes) -> None:
    """Writes a file whole, or leaves it as it was."""
    directory, name = os.path.split(os.path.abspath(path))
    if not os.path.isdir(directory):
        raise FileNotFoundError(errno.ENOENT, "there is no such directory; create it first", directory)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
