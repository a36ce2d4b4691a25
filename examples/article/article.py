#!/usr/bin/env python3
"""The article from end to end: an autoencoder trained with the Soft Nearest Neighbor Loss, and one without it.

    python examples/article/article.py --out article/

trains the autoencoder of Agarap & Azcarraga (arXiv:2006.04535), x-500-500-2000-70-2000-500-500-x, on 10,000 images of
Fashion-MNIST by reconstruction alone and by the composite loss, records the activations of other images after every epoch, and
asks snnl-score what became of the classes. It needs PyTorch and snnl-score, and about seven minutes on two cores.

The images are those of Debian's package dataset-fashion-mnist, or the four files of Fashion-MNIST in --data.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Union

import numpy as np
import torch
from snnl_score.torch import SoftNearestNeighborLoss, record
from torch import Tensor, nn

DATA = Path("/usr/share/datasets/fashion-mnist")

UNITS = (784, 500, 500, 2000, 70)

FACTOR = 100.0
"""Of the Soft Nearest Neighbor Loss beside the reconstruction, as in the article."""

BATCH = 250

MODELS = {"plain": 0.0, "snnl": FACTOR}


class Autoencoder(nn.Module):
    """Layers enc1, enc2, enc3 and code, and back."""

    def __init__(self) -> None:
        super().__init__()
        names = ("enc1", "enc2", "enc3", "code")
        encoder = {name: nn.Sequential(nn.Linear(a, b), nn.ReLU()) for name, a, b in zip(names, UNITS, UNITS[1:])}
        encoder["code"] = nn.Sequential(nn.Linear(UNITS[-2], UNITS[-1]))
        self.encoder = nn.ModuleDict(encoder)
        back = UNITS[::-1]
        decoder = [layer for a, b in zip(back, back[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
        self.decoder = nn.Sequential(*decoder[:-1], nn.Sigmoid())

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        activations = {}
        for name, layer in self.encoder.items():
            x = activations[name] = layer(x)
        return self.decoder(x), activations


def images(directory: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """The images of `part`, train or t10k, N × 28 × 28, and their labels."""

    def content(name: str, offset: int) -> np.ndarray:
        for path in (directory / f"{part}-{name}.gz", directory / f"{part}-{name}"):
            if path.exists():
                opened = gzip.open(path) if path.suffix == ".gz" else path.open("rb")
                with opened as file:
                    return np.frombuffer(file.read(), np.uint8, offset=offset)
        sys.exit(f"there is no {part}-{name}.gz in {directory}; install Debian's dataset-fashion-mnist, or name it with --data")

    return content("images-idx3-ubyte", 16).reshape(-1, 28, 28), content("labels-idx1-ubyte", 8)


def rows(pictures: np.ndarray) -> Tensor:
    return torch.tensor(pictures.reshape(len(pictures), -1) / np.float32(255))


def train(factor: float, x: Tensor, y: Tensor, epochs: int, seed: int, after_epoch) -> Autoencoder:
    """Trains an autoencoder by its reconstruction, and `factor` times the Soft Nearest Neighbor Loss of its encoder, annealed."""
    torch.manual_seed(seed)
    model = Autoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    reconstruction = nn.BCELoss()
    entanglement = SoftNearestNeighborLoss("anneal", factor=factor)
    batches = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, y), batch_size=BATCH, shuffle=True, generator=torch.Generator().manual_seed(seed)
    )
    after_epoch(model, 0)
    for epoch in range(epochs):
        entanglement.epoch = epoch
        for inputs, labels in batches:
            output, activations = model(inputs)
            loss = reconstruction(output, inputs)
            if factor:
                loss = loss + entanglement(activations, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        after_epoch(model, epoch + 1)
    return model


def snnl_score(*args: Union[str, Path], directory: Path) -> str:
    """Runs the command, shows it, and returns what it prints."""
    typed = ["snnl-score", *map(str, args)]
    print(f"\n$ {shlex.join(typed)}")
    program = Path(sys.executable).with_name("snnl-score")
    done = subprocess.run([str(program), *typed[1:]], cwd=directory, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def run(out: Path, data: Path = DATA, train_rows: int = 10_000, test_rows: int = 2000, epochs: int = 12, seed: int = 1) -> dict:
    """The whole article. Returns, by model, how well its code clusters."""
    torch.use_deterministic_algorithms(True)
    out.mkdir(parents=True, exist_ok=True)
    pictures, labels = images(data, "train")
    x, y = rows(pictures[:train_rows]), torch.tensor(labels[:train_rows].astype(np.int64))
    pictures, labels = images(data, "t10k")
    np.save(out / "y.npy", labels[:test_rows])
    np.save(out / "images.npy", pictures[:test_rows])
    test = torch.utils.data.DataLoader(rows(pictures[:test_rows]), batch_size=500)

    for name, factor in MODELS.items():

        def recorded(model: nn.Module, epoch: int, name: str = name) -> None:
            layers = [f"encoder.{layer}" for layer in ("enc1", "enc2", "enc3", "code")]
            record(model, test, layers, out / name / f"epoch_{epoch:02}", overwrite=True)
            print(f"\r{name}: epoch {epoch} of {epochs}", end="", flush=True)

        train(factor, x, y, epochs, seed, recorded)
        print()

    for name in MODELS:
        last = [f"{name}/epoch_{epoch:02}" for epoch in range(epochs + 1)]
        annealed = "--labels y.npy -T anneal --export-html".split()
        print(snnl_score("compare", *last, *annealed, f"{name}-epochs.html", directory=out))
    final = [f"{name}/epoch_{epochs:02}" for name in MODELS]
    untrained = "plain/epoch_00"
    print(snnl_score("compare", untrained, *final, "--labels", "y.npy", "--export-html", "models.html", directory=out))
    maps = ["--layers", "encoder.code", "--export-html", "code.html", "--map", "tsne", "--map-rows", "2000"]
    snnl_score("compare", untrained, *final, "--labels", "y.npy", *maps, directory=out)
    found = {}
    for name, dump in zip(["untrained", *MODELS], [untrained, *final]):
        explained = ["--layers", "encoder.code", "--labels", "y.npy", "--companions", "--explain"]
        page = ["--export-html", f"{name}-code.html", "--thumbnails", "images.npy", "--export-json", f"{name}-code.json"]
        snnl_score(dump, *explained, *page, directory=out)
        (layer,) = json.loads((out / f"{name}-code.json").read_text())["layers"]
        clusters = layer["companions"]["k_means"]
        neighbors = {one["k"]: one["accuracy"] for one in layer["explanation"]["accuracy"]}
        found[name] = {
            "SNNL": layer["best"]["snnl"],
            "k-means NMI": clusters["nmi"],
            "k-means ACC": clusters["accuracy"],
            "5-NN": neighbors[5],
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("article"), help="directory of the dumps and pages [article/]")
    parser.add_argument("--data", type=Path, default=DATA, help=f"directory of the four files [{DATA}]")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    found = run(arguments.out, arguments.data, epochs=arguments.epochs, seed=arguments.seed)
    print("\nthe code of images that no model was trained on:\n")
    names = list(next(iter(found.values())))
    print(f"{'':12}" + "".join(f"{name:>13}" for name in names))
    for model, values in found.items():
        print(f"{model:12}" + "".join(f"{values[name]:13.3f}" for name in names))


if __name__ == "__main__":
    main()
