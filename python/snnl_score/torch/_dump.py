"""A dump on its way to the disk: one .npy file per layer, which grow batch by batch, and take their place together at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO, Union

import numpy as np
from numpy.typing import NDArray

_HEADER = 192
"""Bytes of a header, with room for any shape."""


class Dump:
    """Files in a hidden directory beside `out`, which becomes `out` when all is written. Whatever ends the program before that,
    `out` is as it was."""

    def __init__(self, out: Union[str, os.PathLike[str]], *, overwrite: bool) -> None:
        self.out = Path(os.path.abspath(out))
        self._overwrite = overwrite
        self._check_out()
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self._hidden = Path(tempfile.mkdtemp(prefix=f".{self.out.name}.", suffix=".part", dir=self.out.parent))
        self._files: dict[str, _GrowingFile] = {}

    def append(self, name: str, rows: NDArray[np.generic], descr: str) -> None:
        """Adds rows to the file `name`, whose element type is written as `descr`.

        Raises ValueError where they differ from those before in type or in shape, but for their number."""
        if name not in self._files:
            self._files[name] = _GrowingFile(self._hidden / f"{name}.npy", rows.shape[1:], descr)
        self._files[name].append(rows, descr)

    def drop(self, name: str) -> None:
        """Takes the file `name` out of the dump."""
        self._files.pop(name).close()
        (self._hidden / f"{name}.npy").unlink()

    def rows(self) -> dict[str, int]:
        """How many rows each file has."""
        return {name: file.rows for name, file in self._files.items()}

    def finish(self) -> None:
        """Completes every file, and puts the dump in its place."""
        for file in self._files.values():
            file.finish()
        self._check_out()
        umask = os.umask(0)
        os.umask(umask)
        self._hidden.chmod(0o777 & ~umask)
        if not self.out.exists():
            self._hidden.rename(self.out)
            return
        earlier = self._hidden.with_suffix(".earlier")
        self.out.rename(earlier)
        try:
            self._hidden.rename(self.out)
        except BaseException:
            earlier.rename(self.out)
            raise
        shutil.rmtree(earlier, ignore_errors=True)

    def abandon(self) -> None:
        """Removes what was written."""
        for file in self._files.values():
            file.close()
        shutil.rmtree(self._hidden, ignore_errors=True)

    def _check_out(self) -> None:
        if not self.out.exists() and not self.out.is_symlink():
            return
        if not self.out.is_dir() or self.out.is_symlink():
            raise FileExistsError(f"`{self.out}` is not a directory; name another one")
        others = [path.name for path in self.out.iterdir() if path.suffix != ".npy" or not path.is_file()]
        if others or Path.cwd().is_relative_to(self.out.resolve()):
            found = f"`{others[0]}` is in it" if others else "it is the current directory"
            raise FileExistsError(f"`{self.out}` is not a dump, for {found}; name another directory")
        if not self._overwrite and any(self.out.iterdir()):
            raise FileExistsError(f"there is a dump in `{self.out}`; name another directory, or replace it with overwrite=True")


class _GrowingFile:
    """A .npy file whose header is written last."""

    def __init__(self, path: Path, shape: tuple[int, ...], descr: str) -> None:
        self._shape, self._descr = shape, descr
        self.rows = 0
        self._file: IO[bytes] = path.open("wb")
        # No header, so that what is not finished is no array.
        self._file.write(bytes(_HEADER))

    def append(self, rows: NDArray[np.generic], descr: str) -> None:
        if (rows.shape[1:], descr) != (self._shape, self._descr):
            raise ValueError(
                f"expected rows of shape {self._shape} and type {self._descr} as in the batches before, "
                f"found {rows.shape[1:]} and {descr}; pad what has a length of its own, or pool it, and say by `batch_dim` which "
                "axis has the rows"
            )
        self._file.write(np.ascontiguousarray(rows).tobytes())
        self.rows += len(rows)

    def finish(self) -> None:
        shape = (self.rows, *self._shape)
        text = f"{{'descr': '{self._descr}', 'fortran_order': False, 'shape': {shape}, }}"
        magic = b"\x93NUMPY\x01\x00" + (_HEADER - 10).to_bytes(2, "little")
        self._file.seek(0)
        self._file.write(magic + text.encode("latin-1").ljust(_HEADER - 11) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        self._file.close()
