"""The example of the article, and its notebook, run on a slice of the data."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "article"

DATA = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="Fashion-MNIST is not installed (Debian's dataset-fashion-mnist)")


def test_its_numbers_repeat(tmp_path, monkeypatch, capsys):
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(EXAMPLE))
    import article

    runs = [article.run(tmp_path / name, DATA, train_rows=500, test_rows=200, epochs=1) for name in "ab"]
    assert runs[0] == runs[1] and list(runs[0]) == ["untrained", "plain", "snnl"]
    assert "$ snnl-score compare snnl/epoch_00 snnl/epoch_01 --labels y.npy -T anneal" in capsys.readouterr().out
    pages = {path.name for path in (tmp_path / "a").glob("*.html")}
    assert {"plain-epochs.html", "snnl-epochs.html", "models.html", "code.html", "snnl-code.html"} <= pages


def test_its_notebook_runs(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    for name in ("article.py", "article.ipynb"):
        shutil.copy(EXAMPLE / name, tmp_path / name)
    monkeypatch.setenv("ARTICLE", "500,200,1")
    monkeypatch.setenv("FASHION_MNIST", str(DATA))
    # The kernel of this environment, whatever others are installed.
    monkeypatch.setenv("JUPYTER_PATH", str(Path(sys.prefix) / "share" / "jupyter"))
    notebook = nbformat.read(tmp_path / "article.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    shown = [output["data"] for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    assert any("text/html" in data and "snnl-score" in data["text/html"] for data in shown)
    assert any("image/png" in data for data in shown)
