"""The Python of the documentation runs as it is written."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
@pytest.mark.filterwarnings("ignore")
def test_examples_run(page, x, y, tmp_path, monkeypatch, capsys):
    pytest.importorskip("torch")
    for module in ("pandas", "polars"):
        pytest.importorskip(module)
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", x)
    np.save("y.npy", y)
    examples = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE)
    assert len(examples) >= 2
    names = {"x": x, "y": y}
    for example in examples:
        exec(compile(example, page, "exec"), names)
    assert "│ layer" in capsys.readouterr().out
