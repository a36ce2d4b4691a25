#!/usr/bin/env python3
"""Compares the tool's values with those of an independent brute force over a whole dump.

    compare.py BINARY DUMP [FLAG ...]      the flags are passed on; DUMP holds y.npy, expected.json and CHECKPOINT/LAYER.npy

expected.json maps CHECKPOINT to LAYER to PRESET to TEMPERATURE to the cosine SNNL. Needs no package.
"""

import json
import pathlib
import subprocess
import sys

# What the default precision promises: relative, absolute below 1e-3.
PROMISED, SMALL = 1e-5, 1e-3


def scores(binary, dump, flags, checkpoint, preset, temperatures):
    """(layer, temperature) -> value, as the tool computes it."""
    command = [binary, dump / checkpoint, "--labels", dump / "y.npy", "--preset", preset, "-T", ",".join(temperatures)]
    output = subprocess.run([*command, *flags, "--format", "json", "-q"], check=True, stdout=subprocess.PIPE).stdout
    layers = json.loads(output)["layers"]
    return {(layer["name"], score["temperature"]): score["snnl"] for layer in layers for score in layer["scores"]}


def main():
    """Fails at the first value that is off, or that one side lacks."""
    binary, dump = map(pathlib.Path, sys.argv[1:3])
    flags = sys.argv[3:]
    compared, worst = 0, 0.0
    for checkpoint, layers in json.loads((dump / "expected.json").read_text()).items():
        first = next(iter(layers.values()))
        for preset in (key for key in first if key != "dim"):
            expected = {(name, float(t)): value for name, layer in layers.items() for t, value in layer[preset].items()}
            found = scores(binary, dump, flags, checkpoint, preset, list(first[preset]))
            if found.keys() != expected.keys():
                sys.exit(f"{checkpoint}, {preset}: expected {sorted(expected)}, found {sorted(found)}")
            for place, value in expected.items():
                error = abs(found[place] - value) / (abs(value) if abs(value) >= SMALL else 1)
                if not error <= PROMISED:
                    sys.exit(f"{checkpoint}, {preset}, {place}: expected {value}, found {found[place]}")
                compared, worst = compared + 1, max(worst, error)
    if compared == 0:
        sys.exit(f"{dump}/expected.json holds no value")
    print(f"{compared} values, largest error {worst:.1e}")


if __name__ == "__main__":
    main()
