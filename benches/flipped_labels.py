#!/usr/bin/env python3
"""How many of the labels that were flipped are found among the worst rows of Fashion-MNIST.

    cargo build --release
    python3 benches/flipped_labels.py       1 % of 60,000 labels flipped, the worst 2 % of the rows; needs NumPy

It needs Fashion-MNIST as IDX files (Debian: dataset-fashion-mnist).
"""

import gzip
import json
import pathlib
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
IDX = pathlib.Path("/usr/share/datasets/fashion-mnist")


def main():
    """Flips, scores, counts."""
    x = np.frombuffer(gzip.open(IDX / "train-images-idx3-ubyte.gz").read(), np.uint8, offset=16).reshape(-1, 784)
    y = np.frombuffer(gzip.open(IDX / "train-labels-idx1-ubyte.gz").read(), np.uint8, offset=8).astype(np.int64)
    random = np.random.default_rng(3)
    flipped = random.choice(len(y), len(y) // 100, replace=False)
    labels = y.copy()
    labels[flipped] = (y[flipped] + random.integers(1, 10, len(flipped))) % 10
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        np.save(folder / "x.npy", x)
        np.save(folder / "y.npy", labels)
        command = [ROOT / "target/release/snnl-score", folder / "x.npy", "--labels", folder / "y.npy"]
        command += ["--worst", str(len(y) // 50), "--format", "json", "-q"]
        layer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["layers"][0]
    found = {worst["row"]: worst["picks"] for worst in layer["worst"] if worst["row"] in set(flipped)}
    named = sum(picks == str(y[row]) for row, picks in found.items())
    print(f"{len(found)} of {len(flipped)} flipped rows are among the worst {len(y) // 50}: {len(found) / len(flipped):.3f}")
    print(f"of these, {named / len(found):.3f} would pick the class that they had")


if __name__ == "__main__":
    main()
