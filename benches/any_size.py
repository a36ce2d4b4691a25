#!/usr/bin/env python3
"""Datasets larger than the memory, estimates and resumed runs: what is promised of each, measured.

    cargo build --release && python3 benches/any_size.py [--directory DIR] [PART ...]

Needs numpy, and 4.5 GB in DIR (a temporary directory by default). Parts: memory, sample, coverage, kill, growth; all by
default. Peak memory is the maximum resident set size that the kernel reports.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

import numpy as np

BINARY = pathlib.Path(__file__).resolve().parent.parent / "target" / "release" / "snnl-score"
MIB = 1 << 20


def make(directory, rows, dim):
    """Ten overlapping clouds, float32, with their labels."""
    layer, labels = directory / f"x{rows}x{dim}.npy", directory / f"y{rows}.npy"
    rng = np.random.default_rng(rows)
    classes = rng.integers(0, 10, rows)
    np.save(labels, classes)
    centres = rng.standard_normal((10, dim)).astype("f4")
    out = np.lib.format.open_memmap(layer, "w+", "f4", (rows, dim))
    for start in range(0, rows, 20_000):
        part = classes[start : start + 20_000]
        out[start : start + 20_000] = rng.standard_normal((len(part), dim), dtype="f4") + 0.3 * centres[part]
    return [str(layer), "--labels", str(labels)]


# The peak that the kernel reports for a child starts from its parent's size, so the parent is a small one.
LAUNCHER = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
print(status, time.perf_counter() - start, usage.ru_maxrss * 1024, file=sys.stderr)
"""


def run(arguments):
    """The result, wall-clock seconds and peak memory in bytes."""
    command = [sys.executable, "-c", LAUNCHER, BINARY, *arguments, "--format", "json", "-q"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    status, seconds, peak = done.stderr.split()[-3:]
    if status != "0":
        sys.exit(f"{' '.join(arguments)}: {done.stderr}")
    return json.loads(done.stdout), float(seconds), int(peak)


def values(result):
    return [(score["temperature"], score["snnl"], score["stderr"]) for score in result["layers"][0]["scores"]]


def memory(directory):
    data = make(directory, 100_000, 512)
    whole, parts = [], []
    for _ in range(5):
        whole.append(run(data))
        parts.append(run([*data, "--memory", "64MiB"]))
    equal = all(values(result) == values(whole[0][0]) for result, *_ in whole + parts)
    seconds = [statistics.median(seconds for _, seconds, _ in runs) for runs in (whole, parts)]
    ratio = statistics.median(b[1] / a[1] for a, b in zip(whole, parts))
    bound = 128 * MIB + 32 * 100_000 * 8
    peak = max(peak for *_, peak in parts)
    print(f"100,000 x 512 f32: in memory {seconds[0]:.2f} s, {max(p for *_, p in whole) / MIB:.0f} MiB; "
          f"--memory 64MiB {seconds[1]:.2f} s, peak {peak / MIB:.0f} MiB (bound {bound / MIB:.0f}); "
          f"ratio {ratio:.3f}; equal bits: {equal}")


def sample(directory):
    data = make(directory, 1_000_000, 1024)
    result, seconds, peak = run([*data, "--rows", "512", "--memory", "256MiB"])
    bound = 320 * MIB + 32 * 1_000_000 * 8
    score = result["layers"][0]["scores"][3]
    print(f"1,000,000 x 1,024 f32, --rows 512 --memory 256MiB: {seconds:.1f} s, peak {peak / MIB:.0f} MiB "
          f"(bound {bound / MIB:.0f}); T={score['temperature']}: {score['snnl']:.4f} in "
          f"{score['low']:.4f} .. {score['high']:.4f}")


def coverage(directory):
    data = make(directory, 20_000, 64)
    exact = [value for _, value, _ in values(run(data)[0])]
    inside = np.zeros(len(exact))
    for seed in range(400):
        scores = run([*data, "--rows", "500", "--seed", str(seed)])[0]["layers"][0]["scores"]
        inside += [score["low"] <= value <= score["high"] for score, value in zip(scores, exact)]
    print(f"20,000 x 64: the 95 % interval of --rows 500 holds the exact value in "
          f"{', '.join(f'{100 * share:.1f}' for share in inside / 400)} % of 400 seeds, by temperature")


def kill(directory):
    data = make(directory, 100_000, 256)
    expected = values(run(data)[0])
    dice, moments, equal = random.Random(4), 0, 0
    sums = directory / "sums.arrow"
    for number in range(20):
        sums.unlink(missing_ok=True)
        limits = ["--memory", "64MiB"] if number % 2 else []
        command = [*data, "--resume", str(sums), "--resume-every", "1", *limits]
        for _ in range(3):
            process = subprocess.Popen([BINARY, *command, "-q"], stdout=subprocess.DEVNULL)
            try:
                process.wait(timeout=dice.uniform(0.1, 4.0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                moments += 1
        equal += values(run(command)[0]) == expected
    print(f"100,000 x 256: {equal} of 20 results bit-equal after {moments} SIGKILLs at random moments, 3 a run")


def growth(directory):
    sizes = [8192, 16_384, 32_768, 65_536]
    data = [make(directory, size, 512) for size in sizes]
    os.sync()
    # One precision, for whether a temperature needs f64 depends on the rows. A sample of two rows takes all that the
    # whole does beside its pairs: reading, the survey, the self-check. In turns, so that a slow minute of the machine is
    # one of every size.
    def seconds(arguments):
        return run([*arguments, "--precision", "f32"])[0]["run"]["seconds"]

    rounds = [[(seconds(arguments), seconds([*arguments, "--rows", "2"])) for arguments in data] for _ in range(5)]
    whole, linear = np.median(np.array(rounds), axis=0).T
    slope = lambda times: np.polyfit(np.log(sizes), np.log(times), 1)[0]
    print(f"N = {sizes} at D = 512: {whole.round(3)} s, exponent {slope(whole):.3f}; beside the pairs "
          f"{linear.round(3)} s, exponent of the pairs alone {slope(whole - linear):.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = {part.__name__: part for part in (memory, sample, coverage, kill, growth)}
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    parser.add_argument("--directory", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for name in arguments.parts or parts:
            parts[name](arguments.directory or pathlib.Path(temporary))


if __name__ == "__main__":
    main()
