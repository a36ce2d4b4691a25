#!/usr/bin/env python3
"""Disturbs a score that is computed on a cluster of Ray, and compares it with an undisturbed one.

    cargo build --release && python3 benches/ray_faults.py [--seed N] [CASE ...]

Needs Linux, numpy, ray, and the package snnl_score. The cluster is three raylets of one core on this machine. Cases, all by
default, each a run of its own:

    calm      nothing happens
    workers   at ten moments, a worker of Ray that computes a task is killed
    raylet    a raylet is removed
    driver    the driver is killed and started again
    all       all of these in one run

After each, every task must have one result and no other file may be there, the merged layers must equal the undisturbed ones
exactly, no process may be left, and only disturbed tasks may have been started twice.
"""

import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter

import numpy as np
from ray.cluster_utils import Cluster

BINARY = pathlib.Path(__file__).resolve().parent.parent / "target" / "release" / "snnl-score"
ROWS, DIM, CLASSES, TASKS = 20_000, 64, 10, 64
DEFINITION = ["--precision", "f64", "-T", "log:0.01..10:16"]
SLOW = ["--instructions", "portable"]  # tasks of about half a second, so that moments fall into them
MOMENTS = 10
LIMIT = 600  # seconds after which a run hangs


class Bench:
    """A directory with data, a plan, and the undisturbed result."""

    def __init__(self, directory, program, seed):
        self.directory, self.draw = directory, random.Random(seed)
        self.log = directory / "starts"
        rng = np.random.default_rng(seed)
        np.save(directory / "x.npy", rng.standard_normal((ROWS, DIM)).astype("f4"))
        np.save(directory / "y.npy", rng.integers(0, CLASSES, ROWS))
        # Notes every start, and becomes the command.
        self.program = directory / "program"
        self.program.write_text(f'#!/bin/sh\n[ "$1" = partial ] && echo "$4" >> "{self.log}"\nexec "{program}" "$@"\n')
        self.program.chmod(0o755)
        self.command("plan", "x.npy", "--labels", "y.npy", *DEFINITION, "--tasks", TASKS, "--out", "plan.json", "-q")
        start = time.monotonic()
        self.command("partial", "plan.json", "--task", f"0-{TASKS - 1}", "--out", "alone", "-q", "--threads", 1, *SLOW)
        print(f"{TASKS} tasks in one process: {time.monotonic() - start:.1f} s")
        self.expected = self.merged("alone")
        whole = self.command("x.npy", "--labels", "y.npy", *DEFINITION, "-q", "--format", "json")
        values, found = snnl(json.loads(whole)["layers"]), snnl(self.expected)
        print(f"largest relative difference to a score in one run: {max(abs(a / b - 1) for a, b in zip(found, values)):.1e}")

    def command(self, *typed):
        typed = [str(self.program), *map(str, typed)]
        done = subprocess.run(typed, cwd=self.directory, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(typed)}: {done.stderr}")
        return done.stdout

    def merged(self, out):
        self.command("merge", "plan.json", out, "--export-json", f"{out}.json", "-q")
        return json.loads((self.directory / f"{out}.json").read_text())["layers"]

    def results(self, out):
        plan = json.loads((self.directory / "plan.json").read_text())["id"]
        place = self.directory / out / plan
        return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def processes(self):
        """The processes that compute a task here, with their parents."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and pathlib.Path(entry / "cwd").readlink() == self.directory:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    # Not the launcher, and neither the step before the command.
                    if words[1:2] == [b"partial"]:
                        parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                        found.append((int(entry.name), int(parent), int(words[4])))
            except OSError:
                continue
        return found


class Run:
    """A run of the launcher that is disturbed."""

    def __init__(self, bench, case):
        self.bench, self.case, self.out = bench, case, case
        self.cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        self.nodes = [self.cluster.add_node(num_cpus=1) for _ in range(2)]
        self.said = open(bench.directory / f"{case}.stderr", "w+")
        self.hit, self.died = [], []
        bench.log.write_text("")
        self.start()

    def start(self):
        typed = [sys.executable, "-m", "snnl_score.ray", "plan.json", "--out", self.out, "--address", self.cluster.address]
        environment = {**os.environ, "SNNL_SCORE_PROGRAM": str(self.bench.program)}
        self.driver = subprocess.Popen(
            [*typed, "--", *SLOW], cwd=self.bench.directory, env=environment, stderr=self.said)

    def until(self, condition):
        limit = time.monotonic() + LIMIT
        while not condition():
            if time.monotonic() > limit or self.driver.poll() not in (None, 0, -signal.SIGKILL):
                self.said.seek(0)
                sys.exit(f"{self.case}: the launcher hangs or failed: {self.said.read()}")
            time.sleep(0.005)

    def kill_worker(self):
        found = []
        self.until(lambda: found.extend(self.bench.processes()) or found)
        pid, worker, task = self.bench.draw.choice(found)
        begin = time.monotonic()
        os.kill(worker, signal.SIGKILL)
        self.until(lambda: pid not in [one for one, _, _ in self.bench.processes()])
        self.died.append(time.monotonic() - begin)
        self.hit.append(task)

    def remove_raylet(self):
        self.hit += [task for _, _, task in self.bench.processes()]
        self.cluster.remove_node(self.nodes.pop(), allow_graceful=False)

    def kill_driver(self):
        self.hit += [task for _, _, task in self.bench.processes()]
        self.driver.kill()
        self.driver.wait()
        self.start()

    def disturb(self):
        """Does what the case says, each thing a random while after so many results are there."""
        kills = [self.kill_worker] * MOMENTS if self.case in ("workers", "all") else []
        faults = list(zip(range(3, TASKS, TASKS // (MOMENTS + 1)), kills))
        if self.case in ("raylet", "all"):
            faults.append((TASKS // 3, self.remove_raylet))
        if self.case in ("driver", "all"):
            faults.append((TASKS // 2, self.kill_driver))
        for results, fault in sorted(faults, key=lambda entry: entry[0]):
            self.until(lambda: len(self.bench.results(self.out)) >= results)
            time.sleep(self.bench.draw.uniform(0, 0.6))
            fault()
        self.until(lambda: self.driver.poll() is not None)
        return len(faults)

    def check(self):
        bench = self.bench
        # Workers of a driver that was killed may live a moment longer.
        self.until(lambda: not bench.processes())
        status = json.loads(bench.command("status", "plan.json", self.out, "--json"))
        assert (status["done"], status["pairs_done"]) == (TASKS, status["pairs"]), status
        left = [name for name in bench.results(self.out) if not name.endswith(".arrow")]
        results = [name for name in bench.results(self.out) if name.endswith(".arrow")]
        assert results == sorted(f"{task}.arrow" for task in range(TASKS)), results
        assert bench.merged(self.out) == bench.expected, "the merged layers differ"
        starts = Counter(map(int, bench.log.read_text().split()))
        assert sorted(starts) == list(range(TASKS)), "a task was never started"
        return starts, left


def snnl(layers):
    return [score["snnl"] for layer in layers for score in layer["scores"]]


def run(bench, case):
    begin = time.monotonic()
    disturbed = Run(bench, case)
    try:
        faults = disturbed.disturb()
        seconds = time.monotonic() - begin
        starts, left = disturbed.check()
    finally:
        disturbed.driver.kill()
        disturbed.cluster.shutdown()
    again = {task for task, count in starts.items() if count > 1}
    line = f"{case:8} {faults:2} faults: equal, {TASKS} results, {sum(starts.values())} starts, {seconds:.1f} s"
    line += f"; started again: {sorted(again)}"
    line += f", not seen to be disturbed: {sorted(again - set(disturbed.hit))}" if again - set(disturbed.hit) else ""
    line += f"; dead {1000 * max(disturbed.died):.0f} ms after the worker" if disturbed.died else ""
    print(f"{line}; temporary files left: {len(left)}", flush=True)


def main():
    cases = ["calm", "workers", "raylet", "driver", "all"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="*", metavar="CASE", help=", ".join(cases))
    parser.add_argument("--program", type=pathlib.Path, default=BINARY)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if set(given.case) - set(cases):
        parser.error(f"expected some of {', '.join(cases)}")
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(pathlib.Path(directory).resolve(), given.program.resolve(), given.seed)
        for case in given.case or cases:
            run(bench, case)


if __name__ == "__main__":
    main()
