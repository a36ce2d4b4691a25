"""Scores of arrays in memory are those of the command, bit for bit, whatever library the arrays come from."""

from __future__ import annotations

import numpy as np
import pytest
import snnl_score
from conftest import FIXTURES


def same_bits(result: snnl_score.Result, expected: snnl_score.Result) -> bool:
    return result.snnl.tobytes() == expected.snnl.tobytes()


def saved(array: np.ndarray, path):
    np.save(path, array)
    return path


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f4", "int8", "uint16", "complex64"])
def test_values_are_the_commands(dtype, x, y, command, tmp_path):
    array = (100 * x).astype(dtype)
    result = snnl_score.score(array, y, [0.01, 0.3], distance="euclidean", unit="mean", explain=True)
    files = saved(array, tmp_path / "x.npy"), "--labels", saved(y, tmp_path / "y.npy")
    said = command(*files, "-T", "0.01,0.3", "--distance", "euclidean", "--temperature-unit", "mean", "--explain")
    assert result.data["layers"] == said["layers"]
    assert result.data["definition"] == said["definition"]
    assert result.data["data"]["labels_sha256"] == said["data"]["labels_sha256"]


@pytest.mark.parametrize(
    "view",
    [
        lambda x: np.asfortranarray(x),
        lambda x: np.concatenate([x, x])[: len(x)],
        lambda x: np.repeat(x, 2, axis=0)[::2],
        lambda x: np.repeat(x, 2, axis=1)[:, ::2],
        lambda x: np.ascontiguousarray(x[::-1])[::-1],
        lambda x: x.reshape(len(x), 4, -1),
        lambda x: x.tolist(),
    ],
    ids=["columns first", "some rows", "every other row", "every other column", "backwards", "three axes", "lists"],
)
def test_an_array_may_lie_anyhow(view, x, y):
    x = x.astype("float64")
    assert same_bits(snnl_score.score(view(x), y), snnl_score.score(x, y))


def test_an_array_may_be_read_only(x, y):
    x = x.copy()
    x.flags.writeable = False
    snnl_score.score(x, y, 0.1)


def test_arrays_of_other_libraries(x, y):
    torch = pytest.importorskip("torch")
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    expected = snnl_score.score(x.astype("float32"), y)
    tensor = torch.tensor(x.astype("float32"), requires_grad=True)
    frame = pandas.DataFrame(x.astype("float32"))
    for other in [tensor, frame, polars.from_pandas(frame)]:
        assert same_bits(snnl_score.score(other, torch.tensor(y)), expected)
    nullable = frame.convert_dtypes()
    assert same_bits(snnl_score.score(nullable, y), expected)
    mixed = frame.assign(label="shirt")
    with pytest.raises(TypeError, match="found 'shirt' in row 0, column 500"):
        snnl_score.score(mixed, y)
    halves = snnl_score.score(tensor.bfloat16(), y)
    assert same_bits(halves, snnl_score.score(tensor.bfloat16().float(), y))
    assert halves.data["layers"][0]["dtype"] == "bfloat16"


class OnlyDlpack:
    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def __dlpack__(self, **options):
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._array.__dlpack_device__()


def test_what_is_known_by_dlpack_alone(x, y):
    assert same_bits(snnl_score.score(OnlyDlpack(x.copy()), y), snnl_score.score(x, y))


def test_layers_of_a_dict_are_those_of_a_directory(command, y):
    dump = FIXTURES / "snnl"
    layers = {path.stem: np.load(path) for path in sorted(dump.glob("*.npy"))}
    result = snnl_score.score(layers, y)
    said = command(dump, "--labels", FIXTURES / "y.npy")
    assert result.layers == ["code", "enc1", "enc2", "enc3"]
    assert result.data["layers"] == said["layers"] and result.data["sum"] == said["sum"]
    assert snnl_score.score(layers, y, layers="enc*").layers == ["enc1", "enc2", "enc3"]
    assert snnl_score.score(dump, FIXTURES / "y.npy").data["layers"] == said["layers"]


def test_layers_stay_in_the_order_of_a_dict(x, y):
    result = snnl_score.score({"stem": x, "block": x[:, :99], "attn": x[:, :50]}, y, 0.1)
    assert result.layers == ["stem", "block", "attn"] and list(result.best) == result.layers
    lines = [line.split()[1] for line in str(result).splitlines() if line.startswith("│")]
    assert lines == ["layer", "stem", "block", "attn", "sum"]
    with pytest.raises(ValueError, match="different names"):
        snnl_score.score({1: x, "1": x}, y)


def test_a_dump_has_its_labels_beside_it(x, y, tmp_path):
    np.save(tmp_path / "enc.npy", x)
    with pytest.raises(TypeError, match="needs labels"):
        snnl_score.score(tmp_path)
    np.save(tmp_path / "y.npy", y)
    assert same_bits(snnl_score.score(tmp_path, temperatures=0.1), snnl_score.score(x, y, 0.1))


def test_a_layer_keeps_its_name(x, y):
    for name in ["encoder.0", "12", "a/b", "data.json"]:
        assert snnl_score.score({name: x}, y, 0.1).layers == [name]


@pytest.mark.parametrize(
    "labels",
    [
        lambda y: y.tolist(),
        lambda y: y.astype("float64"),
        lambda y: y.astype("uint8"),
        lambda y: y.astype("U"),
        lambda y: y.astype("S"),
        lambda y: y.astype(object),
        lambda y: np.eye(10, dtype="int8")[y],
        lambda y: y.reshape(-1, 1),
    ],
    ids=["list", "float64", "uint8", "text", "bytes", "objects", "one-hot", "a column"],
)
def test_labels_of_any_type(labels, x, y):
    result, expected = snnl_score.score(x, labels(y), 0.1), snnl_score.score(x, y, 0.1)
    assert same_bits(result, expected)
    assert result.data["data"]["labels_sha256"] == expected.data["data"]["labels_sha256"]


def test_labels_of_pandas(x, y):
    pandas = pytest.importorskip("pandas")
    names = np.array(["shirt", "bag", "boot", "coat", "top", "a b", "é", "x", "y", "z"])[y]
    expected = snnl_score.score(x, names, 0.1)
    for series in [pandas.Series(names), pandas.Series(names).astype("category"), pandas.Categorical(names)]:
        assert snnl_score.score(x, series, 0.1).data["data"]["labels_sha256"] == expected.data["data"]["labels_sha256"]
    whole = pandas.Series(y).astype("Int64")
    assert same_bits(snnl_score.score(x, whole, 0.1), snnl_score.score(x, y, 0.1))
    whole[3] = pandas.NA
    with pytest.raises(snnl_score.InvalidInput, match="row 3 has no label"):
        snnl_score.score(x, whole, 0.1)
    assert snnl_score.score(x, whole, 0.1, ignore_label="null").data["data"]["ignored_rows"] == 1


def test_labels_that_are_no_classes(x, y):
    mixed = y.astype(object)
    mixed[7] = 0.5
    with pytest.raises(ValueError, match=r"found 0\.5 in row 7"):
        snnl_score.score(x, mixed)
    with pytest.raises(ValueError, match=r"found 9\.5 in row 0"):
        snnl_score.score(x, y + 0.5)
    with pytest.raises(ValueError, match="one-hot"):
        snnl_score.score(x, x)


def test_rows_may_meet_those_of_a_reference(x, y, command, tmp_path):
    result = snnl_score.score(x[:100], y[:100], reference=x[100:], reference_labels=y[100:])
    test = saved(x[:100], tmp_path / "x.npy"), "--labels", saved(y[:100], tmp_path / "y.npy")
    train = saved(x[100:], tmp_path / "r.npy"), "--reference-labels", saved(y[100:], tmp_path / "s.npy")
    assert result.data["layers"] == command(*test, "--reference", *train)["layers"]
    with pytest.raises(TypeError, match="reference_labels"):
        snnl_score.score(x, y, reference=x)


def test_options_are_the_commands_flags(x, y, command, tmp_path):
    options = {"rows": 50, "seed": 3, "epsilon": 1e-5, "singletons": "cap", "precision": "f64", "threads": 1, "memory": 10**9}
    result = snnl_score.score(x, y, "log:0.1..1:3", **options)
    files = saved(x, tmp_path / "x.npy"), "--labels", saved(y, tmp_path / "y.npy")
    flags = "--rows 50 --seed 3 --epsilon 1e-5 --singletons cap --precision f64 -T log:0.1..1:3".split()
    assert result.data["layers"] == command(*files, *flags)["layers"]
    assert snnl_score.score(x, y, 0.1, units=(0, 7)).data["layers"][0]["dim"] == 7
    rectified = [snnl_score.score(x - 0.5, y, 0.1, preset="watermark", rectify=how).snnl for how in (None, True, False)]
    assert rectified[0] == rectified[1] != rectified[2]


def test_one_value_in_the_manner_of_scikit_learn(x, y):
    value = snnl_score.soft_nearest_neighbor_loss(x, y, temperature=0.1, metric="sqeuclidean", unit="mean")
    expected = snnl_score.score(x, y, 0.1, distance="sqeuclidean", unit="mean")
    with pytest.raises(TypeError):
        snnl_score.soft_nearest_neighbor_loss(x, y, temperature=[0.1, 0.2])
    assert value == expected.snnl[0, 0] and isinstance(value, float)


def test_it_scores_in_a_grid_search(x, y):
    decomposition = pytest.importorskip("sklearn.decomposition")
    selection = pytest.importorskip("sklearn.model_selection")
    metrics = pytest.importorskip("sklearn.metrics")
    linear = pytest.importorskip("sklearn.linear_model")

    def disentanglement(estimator, X, y):
        return -snnl_score.soft_nearest_neighbor_loss(estimator.transform(X), y, temperature=0.2, unit="mean")

    search = selection.GridSearchCV(decomposition.PCA(), {"n_components": [2, 16]}, scoring=disentanglement, cv=2)
    search.fit(x.astype("float64"), y)
    assert search.best_params_ == {"n_components": 16}

    def of_probabilities(labels, probabilities, **options):
        return snnl_score.soft_nearest_neighbor_loss(probabilities, labels, **options)

    scorer = metrics.make_scorer(
        of_probabilities, greater_is_better=False, response_method="predict_proba", temperature=0.2, unit="mean"
    )
    model = linear.LogisticRegression(max_iter=500).fit(x.astype("float64"), y)
    assert -1.0 < scorer(model, x.astype("float64"), y) < 0.0
