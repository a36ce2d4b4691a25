"""The loss for training is the score of the same rows, and its gradient is that of the definition."""

from __future__ import annotations

import numpy as np
import pytest
import snnl_score

torch = pytest.importorskip("torch")
from snnl_score.torch import SoftNearestNeighborLoss, annealed  # noqa: E402

DISTANCES = ["cosine", "sqeuclidean", "euclidean"]


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("temperature", [1e-3, 0.05, 1.0, 30.0])
def test_it_is_the_score_of_the_same_rows(distance, temperature, x, y):
    rows = torch.tensor(x[:, :80].astype("float64"))
    loss = SoftNearestNeighborLoss(temperature, distance=distance)(rows, torch.tensor(y))
    score = snnl_score.score(x[:, :80], y, temperature, distance=distance, precision="f64")
    assert float(loss) == pytest.approx(score.snnl[0, 0], rel=1e-9)
    single = SoftNearestNeighborLoss(temperature, distance=distance)(rows.float(), torch.tensor(y))
    assert float(single) == pytest.approx(score.snnl[0, 0], rel=2e-3 if temperature < 0.01 else 1e-4)


def test_odd_rows_are_those_of_the_score():
    rows = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.5, 0.5], [-1.0, 2.0], [3.0, 1.0]])
    for labels in ([0, 0, 0, 1, 1, 2], [0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]):
        loss = SoftNearestNeighborLoss(0.5)(torch.tensor(rows), torch.tensor(labels))
        assert float(loss) == pytest.approx(snnl_score.score(rows, labels, 0.5, precision="f64").snnl[0, 0], rel=1e-12)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_gradients_are_those_of_finite_differences(distance, temperature):
    generator = torch.Generator().manual_seed(3)
    rows = torch.randn(9, 4, dtype=torch.float64, generator=generator, requires_grad=True)
    # A row alone in its class, and rows that are far apart at the lower temperature.
    labels = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1, 3])
    module = SoftNearestNeighborLoss(temperature, distance=distance, factor=-2.0)
    assert torch.autograd.gradcheck(lambda rows: module(rows, labels), (rows,))


@pytest.mark.parametrize("distance", DISTANCES)
def test_gradients_are_finite_at_odd_rows(distance):
    rows = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1e-30, 0.0], [3.0, 1.0]], requires_grad=True)
    SoftNearestNeighborLoss(0.01, distance=distance)(rows, torch.tensor([0, 1, 0, 1, 1, 0])).backward()
    assert rows.grad.isfinite().all()
    lone = torch.randn(3, 2, requires_grad=True)
    loss = SoftNearestNeighborLoss()(lone, torch.tensor([0, 1, 2]))
    loss.backward()
    assert float(loss.detach()) == 0.0 and lone.grad.abs().sum() == 0.0


def test_layers_are_summed_and_the_code_is_cut(x, y):
    layers = {"enc": torch.tensor(x.astype("float32")), "code": torch.tensor(x[:, ::-1].astype("float32").copy())}
    labels = torch.tensor(y)
    one = SoftNearestNeighborLoss(0.3)
    parts = one(layers["enc"], labels) + one(layers["code"][:, :70], labels)
    of_all = SoftNearestNeighborLoss(0.3, factor=100.0, code_units=70)
    assert float(of_all(layers, labels)) == pytest.approx(100 * float(parts), rel=1e-6)
    assert float(of_all(list(layers.values()), labels)) == float(of_all(layers, labels))
    images = torch.tensor(x.astype("float32")).reshape(len(x), 5, -1)
    assert float(one(images, labels)) == float(one(layers["enc"], labels))


def test_temperatures_are_annealed(x, y):
    module = SoftNearestNeighborLoss("anneal")
    for epoch in (0, 4):
        module.epoch = epoch
        assert module.temperature == annealed(epoch) == pytest.approx((1 + epoch) ** -0.55)
        score = snnl_score.score(x, y, f"epoch:{epoch}", precision="f64").snnl[0, 0]
        assert float(module(torch.tensor(x.astype("float64")), torch.tensor(y))) == pytest.approx(score, rel=1e-9)


def test_half_precision_and_autocast_are_computed_in_single(x, y):
    rows, labels = torch.tensor(x.astype("float32")), torch.tensor(y)
    module = SoftNearestNeighborLoss(0.1)
    expected = float(module(rows, labels))
    assert float(module(torch.tensor(x), labels)) == expected
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert float(module(rows, labels)) == expected


def test_a_temperature_can_be_learned(x, y):
    temperature = torch.nn.Parameter(torch.tensor(0.3))
    module = SoftNearestNeighborLoss(temperature)
    assert list(module.parameters()) == [temperature]
    module(torch.tensor(x.astype("float32")), y).backward()
    assert float(temperature.grad) != 0.0


def test_what_it_refuses():
    for options in [
        {"temperature": 0.0},
        {"temperature": float("nan")},
        {"temperature": "annealing"},
        {"distance": "l1"},
        {"code_units": 0},
    ]:
        with pytest.raises(ValueError, match="expected"):
            SoftNearestNeighborLoss(**options)
    rows = torch.zeros(3, 2)
    with pytest.raises(ValueError, match="N labels"):
        SoftNearestNeighborLoss()(rows, torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="no layer"):
        SoftNearestNeighborLoss()([], torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="at most 2 units"):
        SoftNearestNeighborLoss(code_units=3)(rows, torch.tensor([0, 1, 1]))


def test_training_with_it_holds_classes_apart():
    torch.manual_seed(0)
    labels = torch.arange(64) % 4
    rows = torch.randn(64, 8)
    linear = torch.nn.Linear(8, 8)
    module = SoftNearestNeighborLoss(0.2)
    optimizer = torch.optim.Adam(linear.parameters(), lr=0.05)
    before = float(module(linear(rows).detach(), labels))
    for _ in range(60):
        optimizer.zero_grad()
        loss = module(linear(rows), labels)
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.8 * before
