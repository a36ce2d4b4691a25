#!/usr/bin/env python3
"""Scores of an array in memory beside the command on the same array in a file: time, memory, and whether the bits are the same.

    python benches/in_memory.py x.npy y.npy [--runs 5]

with the package installed. The command's own time is that of its run, which its JSON has, without reading the labels or starting;
the file is in the system's cache. Each pair of runs is one after the other, and the ratio is the median over the pairs.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import snnl_score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("activations")
    parser.add_argument("labels")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    x, y = np.load(arguments.activations), np.load(arguments.labels)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    command = [str(Path(sys.executable).with_name("snnl-score")), arguments.activations, "--labels", arguments.labels]
    ratios = []
    for run in range(arguments.runs):
        start = time.perf_counter()
        said = json.loads(subprocess.run([*command, "-q", "--format", "json"], stdout=subprocess.PIPE, check=True).stdout)
        whole = time.perf_counter() - start
        start = time.perf_counter()
        result = snnl_score.score(x, y, progress=False)
        seconds = time.perf_counter() - start
        ratios.append(seconds / said["run"]["seconds"])
        equal = [score["snnl"] for score in said["layers"][0]["scores"]] == result.snnl[0].tolist()
        print(
            f"run {run}: score() {seconds:.2f} s, the command {said['run']['seconds']:.2f} s ({whole:.2f} s as a process), "
            f"ratio {ratios[-1]:.3f}, {'equal bits' if equal else 'OTHER VALUES'}"
        )
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"median ratio {statistics.median(ratios):.3f}; {result.data['run']['device']}")
    print(f"the array takes {x.nbytes >> 20} MiB; scores added {(after - before) >> 10} MiB to the largest memory of the process")


main()
