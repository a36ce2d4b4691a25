"""Results have values by name, and are written in every format of the command."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import snnl_score
from conftest import FIXTURES

SCHEMAS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def result(x, y) -> snnl_score.Result:
    return snnl_score.score({"enc1": x, "half": x[:, :250]}, y)


def test_values_by_name(result):
    assert result.layers == ["enc1", "half"]
    assert result.temperatures.tolist() == [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
    assert result.snnl.shape == result.stderr.shape == (2, 8)
    lowest = result.snnl.argmin(axis=1)
    for layer, best, at in zip(range(2), result.best.values(), lowest):
        assert best == (result.temperatures[at], result.snnl[layer, at], False)
    assert result.chance == pytest.approx([2.3331, 2.3331], abs=1e-4)


def test_rows_and_classes_are_what_the_values_are_means_of(result, y):
    rows = result.rows["half"]
    assert rows.index.tolist() == list(range(240)) and rows.loss.shape == (240, 8)
    assert rows.labels.tolist() == [str(label) for label in y]
    assert rows.loss.mean(axis=0) == pytest.approx(result.snnl[1], rel=1e-12)
    classes = result.classes["half"]
    assert classes.names == [str(name) for name in range(10)] and classes.n.sum() == 240
    assert classes.snnl.shape == classes.stderr.shape == (10, 8)
    assert rows.loss[y == 3].mean(axis=0) == pytest.approx(classes.snnl[3], rel=1e-12)
    with pytest.raises(KeyError, match="there are enc1, half"):
        result.rows["x"]


def test_data_frames(result):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    frame, other = result.to_pandas(), result.to_polars()
    assert len(frame) == 16 and list(frame.columns) == other.columns
    assert frame["snnl"].to_numpy().tobytes() == other["snnl"].to_numpy().tobytes() == result.snnl.tobytes()
    pandas.testing.assert_frame_equal(frame, pandas.read_csv(io.StringIO(result.to_csv())), check_dtype=False)
    assert other.schema["snnl"] == polars.Float64


def test_files(result, tmp_path):
    assert result.to_json(tmp_path / "r.json") is None
    assert json.loads(result.to_json()) == json.loads((tmp_path / "r.json").read_text())
    assert result.to_html(tmp_path / "r.html") is None
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>") and repr(result) == str(result)
    assert result.to_markdown().startswith("|") or result.to_markdown().startswith("#")
    result.to_parquet(tmp_path / "r.parquet")
    assert (tmp_path / "r.parquet").read_bytes()[:4] == b"PAR1"
    assert "│ enc1 " in str(result)
    for file in ["r.json", "r.html"]:
        again = snnl_score.read(tmp_path / file)
        assert again.snnl.tobytes() == result.snnl.tobytes()
        with pytest.raises(snnl_score.InvalidInput, match="are not known"):
            again.rows["enc1"]
    with pytest.raises(FileNotFoundError):
        result.to_csv(tmp_path / "none" / "r.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html", "r.json", "r.parquet"]


def test_the_worst_rows_are_a_table(x, y, result):
    pytest.importorskip("pandas")
    explained = snnl_score.score(x, y, explain=True)
    worst = explained.worst.to_pandas()
    assert len(worst) == 20 and worst["loss"].is_monotonic_decreasing
    at = list(explained.temperatures).index(worst["temperature"][0])
    assert worst["loss"].tolist() == explained.rows["x"].loss[worst["row"], at].tolist()
    picks = explained.picks.to_pandas()
    assert len(picks) == 100 and picks.groupby("class")["probability"].sum().to_numpy() == pytest.approx(1.0)
    with pytest.raises(snnl_score.InvalidInput, match="worst=20"):
        _ = result.worst


def test_results_travel_between_processes(result):
    again = pickle.loads(pickle.dumps(result))
    assert again.snnl.tobytes() == result.snnl.tobytes() and str(again) == str(result)
    assert again.rows["half"].loss.tobytes() == result.rows["half"].loss.tobytes()


def test_json_is_what_the_schema_says(result, x, y):
    jsonschema = pytest.importorskip("jsonschema")
    full = snnl_score.score(x, y, explain=True, per_class=True, companions=True, minimise=True, emulate_batch=64)
    comparison = snnl_score.compare({"a": result, "b": result})
    gate = snnl_score.gate(result, max=1.0)
    for report, schema in [(result, "result"), (full, "result"), (comparison, "comparison"), (gate, "gate")]:
        jsonschema.validate(report.data, json.loads((SCHEMAS / f"{schema}.schema.json").read_text()))


def test_a_notebook_shows_the_table(result):
    html = result._repr_html_()
    assert html.startswith('<div class="snnl-score">') and '<th scope="row">enc1</th>' in html
    assert "<script" not in html


def test_curves_are_drawn(result):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    axes = result.plot()
    assert axes.get_legend_handles_labels()[1] == ["enc1", "half", "chance"]
    assert axes.lines[0].get_ydata().tolist() == result.snnl[0].tolist()
    assert axes.get_xscale() == "log"


def test_pages_have_maps_where_they_are_asked_for(x, y):
    assert "<canvas" in snnl_score.score(x, y, 0.1, map="pca").to_html()
    assert "<canvas" not in snnl_score.score(x, y, 0.1).to_html()


def test_a_saved_result_is_compared_row_by_row(x, y, tmp_path, command):
    first, second = snnl_score.score(x, y), snnl_score.score(x * 1.5 + 0.3, y)
    for name, result in [("a", first), ("b", second)]:
        result.save(tmp_path / f"{name}.json")
    assert snnl_score.read(tmp_path / "a.json").rows["x"].loss.tobytes() == first.rows["x"].loss.tobytes()
    said = command("compare", "a.json", "b.json")
    for pair in [{"a": first, "b": second}, {"a": tmp_path / "a.json", "b": tmp_path / "b.json"}]:
        assert snnl_score.compare(pair).data["layers"] == said["layers"]
    with pytest.raises(ValueError, match=r"ends in \.json"):
        first.save(tmp_path / "a.npz")


def test_checkpoints_of_arrays_results_and_directories(y, command):
    dumps = {name: FIXTURES / name for name in ["init", "plain", "snnl"]}
    layers = {path.stem: np.load(path) for path in dumps["plain"].glob("*.npy")}
    mixed = {"init": dumps["init"], "plain": layers, "snnl": snnl_score.score(dumps["snnl"], y, per_class=True)}
    said = command("compare", *dumps.values(), "--labels", FIXTURES / "y.npy", "--per-class")
    comparison = snnl_score.compare(mixed, y, per_class=True)
    assert comparison.data["checkpoints"] == ["init", "plain", "snnl"]
    assert comparison.data["layers"] == said["layers"]
    named = snnl_score.compare({"before": dumps["init"], "after": dumps["snnl"]}, y)
    assert named.data["checkpoints"] == ["before", "after"]
    assert "│ layer" in str(named) and len(named.to_csv().splitlines()) > 8


def test_checkpoints_may_be_called_anything(x, y):
    names = ["a*b", "a_b", "-", "--help", "[x]", "a b", ""]
    assert snnl_score.compare({name: x for name in names}, y).data["checkpoints"] == names
    result = snnl_score.score(x, y)
    assert snnl_score.compare({name: result for name in names}).data["checkpoints"] == names


def test_what_is_in_memory_is_never_taken_for_a_file_of_its_name(x, y, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "init").mkdir()
    np.save("init/x.npy", x * 1.5 + 0.3)
    mixed = snnl_score.compare({"init": x, "after": "init"}, y).data["layers"]
    assert mixed == snnl_score.compare({"init": x, "after": x * 1.5 + 0.3}, y).data["layers"]
    worse = np.random.default_rng(0).random(x.shape)
    for name in ("candidate.json", "baseline.json"):
        snnl_score.score(x, y).save(name)
        assert not snnl_score.gate(snnl_score.score(worse, y), baseline=name, max_regression="1%")
        assert not snnl_score.gate(worse, y, baseline=name, max_regression="1%")
    assert snnl_score.gate("candidate.json", baseline=snnl_score.score(worse, y), max_regression="1%")


def test_epochs_are_compared_at_their_annealed_temperatures(x, y):
    epochs = {f"epoch_{number}": x + number for number in (10, 2)}
    comparison = snnl_score.compare(epochs, y, "anneal")
    assert comparison.data["checkpoints"] == ["epoch_2", "epoch_10"]


def test_what_cannot_be_compared(x, y):
    with pytest.raises(snnl_score.Incomparable):
        snnl_score.compare({"a": snnl_score.score(x, y), "b": snnl_score.score(x, y[::-1].copy())})
    with pytest.raises(ValueError, match="lacks --labels|needs? labels"):
        snnl_score.compare({"a": x, "b": x})


def test_gates(x, y, tmp_path):
    result = snnl_score.score(x, y)
    passed = snnl_score.gate(result, baseline=result, max=0.8, max_regression="2%")
    assert passed.passed and passed.outcome == "pass" and len(passed.findings) == 2
    failed = snnl_score.gate(x, y, max=0.5)
    assert not failed.passed and "0.7353 is above 0.5000" in str(failed)
    assert passed and not failed
    failed.to_junit(tmp_path / "j.xml")
    assert (tmp_path / "j.xml").read_text().startswith("<?xml") and failed.to_junit().startswith("<?xml")
    result.save(tmp_path / "base.json")
    before = (tmp_path / "base.json").read_bytes()
    assert snnl_score.gate(x, y, baseline=tmp_path / "base.json", max_regression="1%").passed
    assert (tmp_path / "base.json").read_bytes() == before
    missing = snnl_score.gate(result, baseline=snnl_score.score({"y2": x, "x": x}, y), max_regression="1%")
    assert missing.outcome == "missing" and not missing.passed
