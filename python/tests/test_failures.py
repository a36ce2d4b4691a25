"""Failures are exceptions in three lines, in Python's words."""

from __future__ import annotations

import numpy as np
import pytest
import snnl_score


def test_three_lines(x, y):
    with pytest.raises(snnl_score.InvalidInput) as raised:
        snnl_score.score({"enc1": x}, y[:-1])
    error = raised.value
    assert isinstance(error, ValueError) and error.exit_code == 3
    assert str(error).splitlines() == [
        "cannot score layer `enc1` (in memory)",
        "  cause: 240 rows, but labels `in memory` has 239",
        "  hint: both must come from one pass; the exporter may have dropped the last partial batch",
    ]
    assert (error.headline, len(error.causes)) == ("cannot score layer `enc1` (in memory)", 1)


def test_arguments_are_called_as_in_python(x, y):
    with pytest.raises(snnl_score.InvalidInput, match="cannot use `epsilon=-1`"):
        snnl_score.score(x, y, epsilon=-1)
    with pytest.raises(snnl_score.InvalidInput, match="cannot use `temperatures=0`"):
        snnl_score.score(x, y, 0)
    with pytest.raises(snnl_score.InvalidInput, match="`emulate_batch=999`"):
        snnl_score.score(x, y, emulate_batch=999)
    with pytest.raises(snnl_score.InvalidInput, match="expected one of raw, mean"):
        snnl_score.score(x, y, unit="median")
    with pytest.raises(TypeError, match="Did you mean 'temperatures'"):
        snnl_score.score(x, y, temprature=0.1)
    with pytest.raises(snnl_score.InvalidInput, match="cannot use `unit=median`"):
        snnl_score.score(x, y, unit="median")
    blank = x.astype("float32")
    blank[3, 4] = float("nan")
    with pytest.raises(snnl_score.InvalidInput, match='non_finite="drop"'):
        snnl_score.score(blank, y)
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'ignore_labels'. Did you mean 'ignore_label'?"):
        snnl_score.score(x, y, ignore_labels=3)


def test_what_the_system_refuses(tmp_path, y):
    with pytest.raises(FileNotFoundError) as raised:
        snnl_score.score(tmp_path / "none.npy", y)
    assert isinstance(raised.value, snnl_score.SystemFailure) and raised.value.errno == 2
    with pytest.raises(OSError):
        snnl_score.read(tmp_path / "none.json")
    # What names a file is never an option.
    with pytest.raises(FileNotFoundError):
        snnl_score.score("--export-json=x.npy", y)


@pytest.mark.parametrize(
    ("activations", "said"),
    [
        (np.zeros(5), "rows × features"),
        (np.array(3.0), "rows × features"),
        (np.zeros((0, 4)), "nothing in an array"),
        (np.zeros((5, 0)), "nothing in an array"),
        (np.full((5, 2), np.nan), "NaN"),
        (np.zeros((5, 2), dtype="M8[s]"), "array of numbers"),
        (np.zeros((5, 2), dtype=np.longdouble), "float64"),
        (np.array([["a", "b"]] * 5), "rows × features"),
        ({"labels": np.zeros((5, 2))}, "another name"),
    ],
)
def test_what_is_no_matrix(activations, said):
    with pytest.raises(snnl_score.InvalidInput, match=said):
        snnl_score.score(activations, [0, 0, 1, 1, 1])


def test_what_is_no_data_at_all(x, y):
    with pytest.raises(ValueError, match="empty dict"):
        snnl_score.score({}, y)
    with pytest.raises(TypeError, match="expected numbers in `x`, found .a. in row 0, column 1"):
        snnl_score.score(np.array([[1, "a"], [2, 3]], dtype=object), [0, 1])
    with pytest.raises(TypeError, match="found a list of arrays"):
        snnl_score.score([x, x], y)
    with pytest.raises(TypeError, match="masked values"):
        snnl_score.score(np.ma.masked_greater(x, 0.5), y)
    with pytest.raises(ValueError, match="are they swapped"):
        snnl_score.score(y, x)
    with pytest.raises(TypeError, match="found a dict"):
        snnl_score.score(x, {"y": y})
    with pytest.raises(TypeError, match="takes a dict"):
        snnl_score.compare([x, x], y)
    with pytest.raises(TypeError, match="found a result"):
        snnl_score.score(snnl_score.score(x, y, 0.1), y)


def test_warnings_are_pythons(tmp_path, y):
    rows = np.arange(240).reshape(-1, 1) + np.arange(3)
    np.savetxt(tmp_path / "x.csv", rows, delimiter=",", header="a,b,c", comments="")
    with pytest.warns(snnl_score.SnnlWarning, match="is text, which is slow to read"):
        snnl_score.score(tmp_path / "x.csv", y, 0.1, columns="*", distance="euclidean")
