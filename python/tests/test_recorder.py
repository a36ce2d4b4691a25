"""Dumps are what modules returned, to the bit, and there is none that is not whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import snnl_score

torch = pytest.importorskip("torch")
from snnl_score.torch import Recorder, record  # noqa: E402
from torch import nn  # noqa: E402

N, BATCH = 50, 16


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3)
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.pool(self.features(x)).flatten(1))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(8, 16)
        self.positions = nn.Embedding(5, 16)
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, dropout=0.1)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(16)

    def forward(self, x):
        return self.norm(self.encoder(self.embed(x) + self.positions(torch.arange(5))))


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 10))


MODELS = {"cnn": (Cnn, (1, 8, 8)), "mlp": (mlp, (1, 8, 8)), "transformer": (Transformer, (5, 8))}


def data(shape):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(N, *shape, generator=generator)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, torch.arange(N) % 3), batch_size=BATCH)


def by_hand(model, loader, dtype):
    """What modules return, in one list per name, by hooks of our own."""
    kept = {}
    hooks = [
        module.register_forward_hook(
            lambda _, __, out, name=name: kept.setdefault(name, []).append(out.detach().clone().to(dtype))
        )
        for name, module in model.named_modules()
        if name and not isinstance(module, nn.MultiheadAttention)
    ]
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for hook in hooks:
        hook.remove()
    return {name: torch.cat(rows).numpy() for name, rows in kept.items()}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("kind", MODELS)
def test_dumps_equal_the_activations(kind, dtype, tmp_path):
    make, shape = MODELS[kind]
    torch.manual_seed(0)
    model, loader = make(), data(shape)
    model.train()
    if kind == "transformer":
        with pytest.warns(snnl_score.SnnlWarning, match="`positions` is left out, for it has 20 rows"):
            out = record(model, loader, out=tmp_path / "dump", dtype=dtype)
    else:
        out = record(model, loader, out=tmp_path / "dump", dtype=dtype)
    assert all(module.training for module in model.modules())
    model.eval()
    expected = by_hand(model, loader, getattr(torch, dtype))
    found = {path.stem: np.load(path) for path in out.iterdir()}
    assert found.pop("y").tolist() == [row % 3 for row in range(N)]
    leaves = {name for name, module in model.named_modules() if not list(module.children())} - {"positions"}
    assert set(found) == leaves & set(expected) and len(found) >= 5
    for name, rows in found.items():
        assert rows.dtype == dtype and len(rows) == N
        assert rows.tobytes() == expected[name].tobytes(), name
    result = snnl_score.score(out, out / "y.npy")
    assert sorted(result.layers) == sorted(found)


def test_modules_are_chosen_by_globs(tmp_path):
    model, loader = Transformer(), data((5, 8))
    out = record(model, loader, ["encoder.layers.*.linear?", "encoder", "norm"], tmp_path / "dump", pool="mean")
    expected = ["encoder", *(f"encoder.layers.{at}.linear{number}" for at in (0, 1) for number in (1, 2)), "norm", "y"]
    assert sorted(path.stem for path in out.iterdir()) == expected
    assert np.load(out / "encoder.npy").shape == (N, 16)
    with pytest.raises(ValueError, match="no module is called `enc`; there are: embed, positions, encoder, encoder"):
        Recorder(model, "enc")
    with pytest.raises(ValueError, match="called like labels"):
        Recorder(nn.ModuleDict({"labels": nn.Linear(2, 2)}), "labels")


def test_what_is_pooled(tmp_path):
    model, x = nn.Sequential(nn.Identity()), torch.randn(4, 3, 5)
    for pool, expected in [("mean", x.mean(1)), ("first", x[:, 0]), ("last", x[:, -1]), (lambda t: t.amax(1), x.amax(1))]:
        record(model, [x], out=tmp_path / "d", pool=pool, dtype=None, overwrite=True)
        assert np.load(tmp_path / "d" / "0.npy").tobytes() == expected.numpy().tobytes()
    places = torch.randn(4, 3, 5, 2)
    record(model, [places], out=tmp_path / "d", pool="mean", dtype="float32", overwrite=True)
    assert np.allclose(np.load(tmp_path / "d" / "0.npy"), places.mean((2, 3)))
    record(model, [x.movedim(0, 1)], out=tmp_path / "d", batch_dim=1, dtype=None, overwrite=True)
    assert np.load(tmp_path / "d" / "0.npy").tobytes() == x.contiguous().numpy().tobytes()


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear, self.lstm = nn.Linear(4, 4), nn.LSTM(4, 3, batch_first=True)

    def forward(self, x, raises=False):
        once = self.linear(x)
        if raises:
            raise ArithmeticError("on the way")
        return {"loss": torch.tensor(0.0), "hidden": self.lstm(self.linear(once))[0]}


def test_calls_tuples_and_dicts(tmp_path):
    model, x = Twice().eval(), torch.randn(6, 2, 4)
    with Recorder(model, ["linear", "lstm"], tmp_path / "d", dtype=None) as recorder, torch.no_grad():
        out = model(x[:4])
        with pytest.raises(ArithmeticError):
            model(x, raises=True)
        recorder.labels(["a", "b", "a", "b"])
        model(x[4:])
        recorder.labels(["a long one", "b"])
    found = {path.stem: np.load(path) for path in (tmp_path / "d").iterdir()}
    assert sorted(found) == ["linear", "linear.call2", "lstm", "y"]
    assert found["y"].tolist() == ["a", "b", "a", "b", "a long one", "b"]
    once = model.linear(x)
    assert np.allclose(found["linear"], once.detach()) and np.allclose(found["linear.call2"], model.linear(once).detach())
    assert found["lstm"][:4].tobytes() == out["hidden"].numpy().tobytes()


def test_other_names_and_types(tmp_path):
    model, x = mlp(), torch.randn(5, 64)
    record(nn.DataParallel(model), [(x, torch.zeros(5))], "1", tmp_path / "a")
    record(model, [(x, torch.zeros(5))], "1", tmp_path / "b")
    assert (tmp_path / "a" / "1.npy").read_bytes() == (tmp_path / "b" / "1.npy").read_bytes()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        record(model, [(x, np.arange(5))], "1", tmp_path / "c", dtype="bfloat16")
        expected = model[1](x).detach()
    assert expected.dtype == torch.bfloat16
    assert np.load(tmp_path / "c" / "1.npy").tobytes() == expected.view(torch.int16).numpy().tobytes()
    found = snnl_score.score(tmp_path / "c", [0, 0, 1, 1, 1], 1)
    assert found.data["layers"][0]["dtype"] == "bfloat16"
    assert found.snnl.tobytes() == snnl_score.score(expected, [0, 0, 1, 1, 1], 1).snnl.tobytes()


def test_batches_of_hugging_face(tmp_path):
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(9, 4)

        def forward(self, input_ids, labels=None):
            return {"last_hidden_state": self.embed(input_ids)}

    ids = torch.arange(12).reshape(3, 4) % 9
    record(Model(), [{"input_ids": ids, "labels": torch.tensor([0, 1, 1])}], out=tmp_path / "d", pool="mean")
    assert np.load(tmp_path / "d" / "embed.npy").shape == (3, 4)
    assert np.load(tmp_path / "d" / "y.npy").tolist() == [0, 1, 1]


def test_what_is_said_aloud(tmp_path):
    dataset = torch.utils.data.TensorDataset(torch.randn(8, 64), torch.zeros(8))
    shuffled = torch.utils.data.DataLoader(dataset, batch_size=4, shuffle=True)
    with pytest.warns(snnl_score.SnnlWarning, match="draws rows by RandomSampler"):
        record(mlp(), shuffled, out=tmp_path / "a")
    with pytest.warns(snnl_score.SnnlWarning, match="in training mode"), Recorder(mlp().train(), "1", tmp_path / "b") as recorder:
        recorder._model(torch.randn(3, 64))


def refused(tmp_path, error, match, model, batches, **options):
    with pytest.raises(error, match=match):
        record(model, batches, out=tmp_path / "d", **options)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_dump_leaves_none(tmp_path):
    x = torch.randn(4, 64)
    refused(tmp_path, ValueError, "numbers up to 1e\\+05, which float16 cannot hold", nn.Identity(), [torch.full((2, 2), 1e5)])
    refused(tmp_path, ValueError, "has 4 rows, and there are 3 labels", mlp(), [(x, [0, 1, 2])], layers="1")
    refused(tmp_path, ValueError, "has 4 rows, and there are 3 labels", mlp(), [(x, [0, 1, 2])])
    refused(tmp_path, ValueError, "pad what has a length", nn.Identity(), [torch.randn(2, 3, 4), torch.randn(2, 5, 4)])
    refused(tmp_path, ValueError, "nothing was recorded", mlp(), [])
    refused(tmp_path, ValueError, "expected dtype float16", mlp(), [x], dtype="half")
    refused(tmp_path, ValueError, "expected pool mean", mlp(), [x], pool="max")
    refused(tmp_path, RuntimeError, "shapes cannot be multiplied", mlp(), [torch.randn(4, 65)])


def test_an_earlier_dump_is_replaced_whole_or_not_at_all(tmp_path):
    record(mlp(), [torch.randn(4, 64)], "1", tmp_path / "d")
    before = (tmp_path / "d" / "1.npy").read_bytes()
    with pytest.raises(FileExistsError, match="overwrite=True"):
        record(mlp(), [torch.randn(4, 64)], "1", tmp_path / "d")
    with pytest.raises(RuntimeError):
        record(mlp(), [torch.randn(4, 64), torch.randn(4, 65)], "1", tmp_path / "d", overwrite=True)
    assert (tmp_path / "d" / "1.npy").read_bytes() == before
    record(mlp(), [torch.randn(5, 64)], "4", tmp_path / "d", overwrite=True, dtype=torch.float32)
    assert np.load(tmp_path / "d" / "4.npy").dtype == "float32"
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["4.npy"] and len(list(tmp_path.iterdir())) == 1


def test_a_recorder_can_be_used_again(tmp_path):
    model = mlp().eval()
    recorder = Recorder(model, "1", tmp_path / "d", overwrite=True)
    for rows in (4, 5):
        with recorder, torch.no_grad():
            model(torch.randn(rows, 64))
            recorder.labels(range(rows))
    assert np.load(tmp_path / "d" / "y.npy").tolist() == list(range(5)) == list(range(len(np.load(tmp_path / "d" / "1.npy"))))


@pytest.mark.parametrize("other", ["thesis.tex", "code/a.py"])
def test_what_is_no_dump_is_never_replaced(other, tmp_path, monkeypatch):
    file = tmp_path / "d" / other
    file.parent.mkdir(parents=True)
    file.write_text("years of work")
    with pytest.raises(FileExistsError, match="is not a dump, for"):
        record(mlp(), [torch.randn(4, 64)], "1", tmp_path / "d", overwrite=True)
    assert file.read_text() == "years of work"
    (tmp_path / "empty" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "empty" / "below")
    for here in (".", ".."):
        with pytest.raises(FileExistsError, match="is not a dump, for"):
            record(mlp(), [torch.randn(4, 64)], "1", here, overwrite=True)


KILLED = """
import sys, torch
from snnl_score.torch import record

def batches():
    for number in range(6):
        if number == int(sys.argv[2]):
            print("here", flush=True)
            sys.stdin.read()
        yield torch.full((4, 8), float(number)), torch.arange(4)

record(torch.nn.Sequential(torch.nn.Identity(), torch.nn.Linear(8, 3)), batches(), out=sys.argv[1])
"""


@pytest.mark.skipif(os.name != "posix", reason="programs are killed as POSIX has it")
def test_a_program_that_is_killed_leaves_no_dump(tmp_path):
    # Several at once, for importing PyTorch takes its time.
    runs = []
    for number in range(6):
        typed = [sys.executable, "-c", KILLED, str(tmp_path / str(number) / "d"), str(number)]
        runs.append(subprocess.Popen(typed, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    for run in runs:
        assert run.stdout.readline() == b"here\n"
        run.send_signal(signal.SIGKILL)
        run.communicate()
    for number in range(6):
        assert not (tmp_path / str(number) / "d").exists()
        parts = list((tmp_path / str(number)).rglob("*.npy"))
        assert len(parts) == (2 if number else 0)
        for path in parts:
            with pytest.raises((ValueError, EOFError)):
                np.load(path)
