"""What the tests share: the data of the fixtures, and the command that is installed beside the package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "fashion-ae"

COMMAND = str(Path(sys.executable).with_name("snnl-score"))


@pytest.fixture(autouse=True)
def _equal_runs_write_equal_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


@pytest.fixture(scope="session")
def x() -> np.ndarray:
    return np.load(FIXTURES / "snnl" / "enc1.npy")


@pytest.fixture(scope="session")
def y() -> np.ndarray:
    return np.load(FIXTURES / "y.npy")


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Any]:
    """Runs the command in an empty directory and returns its JSON."""

    def run(*args: object) -> Any:
        typed = [COMMAND, *map(str, args), "--format", "json"]
        done = subprocess.run(typed, cwd=tmp_path, capture_output=True, env=os.environ, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()
        return json.loads(done.stdout)

    return run
