"""How long a score takes on many machines, by simulation: what no single machine can measure.

    python3 benches/cluster.py [--program target/release/snnl-score | --pairs-per-second 4e7]

Cuts the pairs as `snnl-score plan` does, gives the tasks to workers one after the other, and lets some attempts be slow and some
workers die. Prints Markdown tables: time, idle time, bytes, and the merge. Needs the standard library
alone. cluster_check.py, beside this file, checks the simulation.
"""

import argparse
import array
import heapq
import itertools
import json
import math
import random
import statistics
import struct
import subprocess
import sys
import tempfile
from collections import deque, namedtuple
from pathlib import Path

# Rows of a tile, of what a GPU takes at once, and when borders are rounded to that: as in src/score/tasks/cut.rs.
TILE, UNIT, LARGE = 384, 16, 512
SLOWER = 3

Task = namedtuple("Task", "rows columns pairs")
Cost = namedtuple("Cost", "seconds read written")
Outcome = namedtuple("Outcome", "wall idle useful lost away")


def rounded(number):
    """To the nearest, and up from the middle, as Rust does."""
    return math.floor(number + 0.5)


def pieces(count):
    """How many pieces each band of the triangle has."""
    bands = (math.isqrt(8 * count + 1) - 1) // 2
    more = count - bands * (bands + 1) // 2
    if more == bands:
        return [*range(1, bands + 1), bands]
    return [band + (band > bands - more) for band in range(1, bands + 1)]


def aligned(border, tiles, bands):
    unit = UNIT if tiles >= LARGE * bands else 1
    return rounded(border / unit) * unit


def squares(rows, count):
    """Each pair once, for both its rows."""
    tiles, bands = -(-rows // TILE), pieces(count)
    tasks, start, before = [], 0, 0

    def add(first, last, column, until):
        own, met = [first * TILE, min(last * TILE, rows)], [column * TILE, min(until * TILE, rows)]
        high, triangle = own[1] - own[0], until == last
        wide = (own[0] if triangle else met[1]) - met[0]
        tasks.append(Task(own, met, high * wide + (high * (high - 1) // 2 if triangle else 0)))

    for band, of_band in enumerate(bands):
        before += of_band
        end = min(max(aligned(tiles * math.sqrt(before / count), tiles, len(bands)), start), tiles)
        end = tiles if band + 1 == len(bands) else end
        if end == start:
            continue
        width, column = (start + 0.5 * (end - start)) / of_band, 0
        for piece in range(1, of_band):
            until = min(aligned(piece * width, tiles, len(bands)), start)
            if until > column:
                add(start, end, column, until)
                column = until
        add(start, end, column, end)
        start = end
    return tasks


def strips(rows, count):
    """Each row in one task, with all others: each pair twice, but those within a task."""
    tiles = -(-rows // TILE)
    borders = [min(aligned(tiles * band / count, tiles, count), tiles) for band in range(count)] + [tiles]
    tasks = []
    for first, last in itertools.pairwise(borders):
        own = [first * TILE, min(last * TILE, rows)]
        high = own[1] - own[0]
        if high:
            tasks.append(Task(own, [0, rows], high * (rows - high) + high * (high - 1) // 2))
    return tasks


CUTS = {"squares": squares, "strips": strips}


def cost(task, cut, job, workers):
    """Of one undisturbed attempt at a task."""
    own, met = task.rows[1] - task.rows[0], task.columns[1] - task.columns[0]
    others = met - own if task.columns[1] >= task.rows[1] else met
    # Rows that do not fit in memory are taken in parts, and each part reads what it meets again.
    parts = max(1, math.ceil(own * job.row_bytes / job.memory))
    again = own if cut == "strips" else own / 2
    read = job.row_bytes * (own + parts * others + (parts - 1) * again)
    written = job.result_bytes * (own if cut == "strips" else own + others)
    bandwidth = min(job.bandwidth, job.storage / workers)
    # Rows are read while others are computed with.
    seconds = job.start + max(task.pairs / job.pairs_per_second, read / bandwidth) + written / bandwidth
    return Cost(seconds, read, written)


class Cluster:
    """Workers who take tasks from a queue until all are done."""

    def __init__(self, times, workers, dice, slow=0.0, death=0.0, delay=0.0, duplicates=False):
        self.times, self.workers, self.dice = times, workers, dice
        self.slow, self.death, self.delay, self.duplicates = slow, death, delay, duplicates
        self.queue, self.idle, self.events = deque(range(len(times))), [], []
        self.running = {}  # attempt -> (task, start), in the order in which they started
        self.copies, self.done, self.number = [0] * len(times), [False] * len(times), itertools.count()
        self.useful = self.lost = self.away = 0.0

    def run(self):
        for _ in range(self.workers):
            self.take(0.0)
        left, now = len(self.times), 0.0
        while left:
            now, attempt, kind, task = heapq.heappop(self.events)
            if kind == "back":
                self.away += self.delay
                if not (self.done[task] or self.copies[task]):
                    self.queue.append(task)
                self.take(now)
            elif attempt in self.running:
                spent = self.stop(attempt, now)
                if kind == "died":
                    self.lost += spent
                    heapq.heappush(self.events, (now + self.delay, next(self.number), "back", task))
                    continue
                self.useful += spent
                self.done[task], left = True, left - 1
                # The other copy is of no more use.
                freed = [other for other, (same, _) in self.running.items() if same == task] if self.copies[task] else []
                for other in freed:
                    self.lost += self.stop(other, now)
                for _ in range(1 + len(freed)):
                    self.take(now)
        self.lost += sum(now - start for _, start in self.running.values())
        # Whoever is away when the last task is done was away only until then.
        self.away += sum(now - (end - self.delay) for end, _, kind, _ in self.events if kind == "back")
        return Outcome(now, sum(now - since for since in self.idle), self.useful, self.lost, self.away)

    def take(self, now):
        """A worker without work takes the next task, or a copy of the oldest that others have, or idles from now on: a task that
        is lost later is for the worker who lost it, when it is back."""
        if self.queue:
            return self.start(self.queue.popleft(), now)
        if self.duplicates:
            for task, _ in self.running.values():
                if self.copies[task] == 1:
                    return self.start(task, now)
        self.idle.append(now)

    def start(self, task, now):
        attempt, dice = next(self.number), self.dice
        seconds = self.times[task] * (SLOWER if dice.random() < self.slow else 1)
        dies = dice.random() < self.death
        until = now + (seconds * dice.random() if dies else seconds)
        self.running[attempt] = (task, now)
        self.copies[task] += 1
        heapq.heappush(self.events, (until, attempt, "died" if dies else "done", task))

    def stop(self, attempt, now):
        task, start = self.running.pop(attempt)
        self.copies[task] -= 1
        return now - start


def simulate(times, workers, job, share, duplicates):
    """The outcome of the middle one of several runs, by time."""
    seeds = job.seeds if share else 1
    runs = [Cluster(times, workers, random.Random(seed), share, share, job.delay, duplicates).run() for seed in range(seeds)]
    return sorted(runs)[len(runs) // 2]


def duration(seconds):
    for unit, size in [("days", 86400), ("h", 3600), ("min", 60)]:
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def size(number):
    for unit, of in [("TB", 1e12), ("GB", 1e9)]:
        if number >= of:
            return f"{number / of:.3g} {unit}"
    return f"{number / 1e6:.3g} MB"


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |")


def costs_table(job):
    row("workers", "tasks", "cut", "a task", "read in all", "read by each", "written", "all tasks", "idle", "merge", "in all")
    row(*["---:", "---:", "---", *["---:"] * 8])
    for workers, each in itertools.product(job.workers, job.each):
        for cut in CUTS:
            costs = [cost(task, cut, job, workers) for task in CUTS[cut](job.rows, workers * each)]
            times, read, written = ([one[place] for one in costs] for place in range(3))
            outcome = simulate(times, workers, job, 0.0, False)
            merge = sum(written) / job.merge
            row(
                workers, len(times), cut, duration(statistics.mean(times)), size(sum(read)), size(sum(read) / workers),
                size(sum(written)), duration(outcome.wall), f"{outcome.idle / workers / outcome.wall:.1%}", duration(merge),
                duration(outcome.wall + merge),
            )  # fmt: skip


def faults_table(job):
    kinds = [(share, duplicates) for share in job.faults for duplicates in (False, True)]
    row("workers", "tasks", "without faults", *(f"{share:.1%}{', copies' if copies else ''}" for share, copies in kinds))
    row(*["---:"] * (3 + len(kinds)))
    for workers, each in itertools.product(job.workers, job.each):
        times = [cost(task, "squares", job, workers).seconds for task in squares(job.rows, workers * each)]
        ideal = sum(times) / workers
        cells = []
        for share, duplicates in [(0.0, False), *kinds]:
            outcome = simulate(times, workers, job, share, duplicates)
            cells.append(f"{outcome.wall / ideal:.2f} ({outcome.idle / workers / outcome.wall:.0%})")
        row(workers, len(times), *cells)


def measured(program, dim):
    """Pairs a second that the program reckons with on this machine."""
    with tempfile.TemporaryDirectory() as name:
        x = Path(name, "x.npy")
        rows, dice = 2048, random.Random(0)
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {rows, dim}}}".ljust(117) + "\n"
        numbers = array.array("f", (dice.random() for _ in range(rows * dim))).tobytes()
        x.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + numbers)
        Path(name, "y.txt").write_text("".join(f"{row % 10}\n" for row in range(rows)))
        command = [program, "inspect", x, "--labels", Path(name, "y.txt"), "--format", "json"]
        reports = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _ in range(3)]
    best = max(report["cost"]["pairs"] / report["cost"]["seconds"] for report in reports)
    return best, f"{reports[0]['device']}, {reports[0]['threads']} threads"


def numbers(kind):
    return lambda text: [kind(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--program", type=Path, default="target/release/snnl-score")
    add("--rows", type=int, default=50_000_000)
    add("--dim", type=int, default=512, help="features of 4 bytes")
    add("--temperatures", type=int, default=8)
    add("--pairs-per-second", type=float, help="of one worker [default: what the program measures on this machine]")
    add("--start", type=float, default=0.0, help="seconds before a task computes, for its start and the labels")
    add("--memory", type=float, default=64e9, help="bytes of rows that a worker keeps")
    add("--bandwidth", type=float, default=200e6, help="bytes a second of one worker")
    add("--storage", type=float, default=10e9, help="bytes a second of all workers together")
    add("--merge", type=float, default=200e6, help="bytes a second of the merge")
    add("--workers", type=numbers(int), default=[1, 8, 64, 512])
    add("--each", type=numbers(int), default=[1, 4, 16], help="tasks for each worker")
    add("--faults", type=numbers(float), default=[0.001, 0.01, 0.05], help="share of attempts that are slow, and that die")
    add("--delay", type=float, default=150.0, help="seconds until a death is noticed and the worker is back")
    add("--seeds", type=int, default=21)
    job = parser.parse_args()
    source = "given"
    if job.pairs_per_second is None:
        job.pairs_per_second, source = measured(job.program, job.dim)
    job.row_bytes, job.result_bytes = 4 * job.dim, 32 * job.temperatures
    print(f"{job.rows} rows of {job.dim} features, {job.temperatures} temperatures")
    print(f"{job.pairs_per_second:.3g} pairs/s ({source})\n")
    costs_table(job)
    print("\nTime of all tasks in squares, relative to that without faults or idle workers (and the share of idle time):\n")
    faults_table(job)


if __name__ == "__main__":
    sys.exit(main())
