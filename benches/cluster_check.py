"""Checks the simulation of cluster.py: by cases that can be computed by hand, and by the tasks of real plans.

    python3 benches/cluster_check.py [PROGRAM]      default: target/release/snnl-score
"""

import argparse
import itertools
import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from cluster import CUTS, SLOWER, Cluster, Task, cost, pieces, squares, strips


class Script:
    """Dice that fall as written."""

    def __init__(self, *numbers):
        self.numbers = iter(numbers)

    def random(self):
        return next(self.numbers)


def check_cases():
    """Cases that can be computed by hand."""
    assert [pieces(count) for count in (1, 2, 3, 4, 5, 6, 16, 17)] == [
        [1], [1, 1], [1, 2], [1, 3], [1, 2, 2], [1, 2, 3], [1, 2, 3, 4, 6], [1, 2, 3, 5, 6],
    ]  # fmt: skip
    for rows, count in [(60_000, 16), (1_000_000, 64), (50_000_000, 512), (50_000_000, 8192)]:
        tasks = squares(rows, count)
        assert len(tasks) == count and sum(task.pairs for task in tasks) == rows * (rows - 1) // 2
        assert max(task.pairs for task in tasks) < 1.25 * rows * rows / 2 / count
        within = sum((task.rows[1] - task.rows[0]) * (task.rows[1] - task.rows[0] - 1) // 2 for task in strips(rows, count))
        assert sum(task.pairs for task in strips(rows, count)) == rows * (rows - 1) - within

    job = argparse.Namespace(
        rows=3840, row_bytes=100, result_bytes=10, memory=1e9, bandwidth=1e3, storage=1e3, start=7.0, pairs_per_second=1e9
    )
    # One task has all rows: reading takes 384 s, writing 38.4 s, and computing no time.
    [task] = squares(3840, 1)
    assert cost(task, "squares", job, 1) == (7 + 384 + 38.4, 384_000, 38_400)
    # Two workers share the storage.
    assert cost(task, "squares", job, 2).seconds == 7 + 2 * (384 + 38.4)
    # In two parts, of which the second reads the first again, and both read the rows before their own.
    small = argparse.Namespace(**{**vars(job), "memory": 192_000})
    assert cost(task, "squares", small, 1).read == 384_000 * 1.5
    small.memory = 60_000
    assert cost(squares(3840, 2)[1], "squares", small, 1).read == 100 * (1152 * 1.5 + 2 * 2688)
    # Of n squares, each of which is as high as wide, all together write sqrt(2 n) times the rows.
    written = sum(cost(task, "squares", job, 1).written for task in squares(50_000_000, 512)) / 10 / 50_000_000
    assert abs(written / math.sqrt(2 * 512) - 1) < 0.03, written

    def run(times, workers, *dice, **kind):
        return Cluster(times, workers, Script(*dice) if dice else random.Random(0), **kind).run()

    assert run([3, 1, 2], 1) == (6, 0, 6, 0, 0), "one worker: the sum"
    assert run([3, 1, 2], 3) == (3, 3, 6, 0, 0), "a worker for each: the longest"
    assert run([3, 1, 2], 9) == (3, 21, 6, 0, 0), "and the others wait"
    assert run([4, 3, 2, 1], 2) == (5, 0, 10, 0, 0), "the first who is free takes the next"
    assert run([1] * 10, 4) == (3, 2, 10, 0, 0)
    assert run([1, 2], 1, slow=1.0).wall == 3 * SLOWER
    # Dies halfway, is away for 5 s, and starts again: each attempt asks whether it is slow, whether it dies, and when.
    assert run([10], 1, 0.9, 0.0, 0.5, 0.9, 0.9, death=0.1, delay=5) == (20, 0, 10, 5, 5)
    # The other worker, idle since then, does not take it before the death is noticed.
    assert run([10, 1], 2, 0.9, 0.0, 0.5, 0.9, 0.9, 0.9, 0.9, death=0.1, delay=5).wall == 20
    # The first attempt takes three times as long; the copy starts after 1 s and is the first to end.
    slow_one = [0.0, 0.9, 0.9, 0.9, 0.9, 0.9]
    assert run([1, 1], 2, *slow_one, slow=0.1).wall == 3
    assert run([1, 1], 2, *slow_one, slow=0.1, duplicates=True) == (2, 0, 2, 2, 0)
    for workers, duplicates in [(1, False), (7, False), (7, True), (64, True)]:
        times = [1 + place % 3 for place in range(200)]
        found = run(times, workers, slow=0.2, death=0.2, delay=3.0, duplicates=duplicates)
        spent = found.idle + found.useful + found.lost + found.away
        assert math.isclose(spent, workers * found.wall), "every second of every worker is accounted for once"
    # A death costs half an attempt and the delay; p / (1 - p) of them are expected for each task.
    walls = [Cluster([1.0] * 200, 1, random.Random(seed), death=0.05, delay=2.0).run().wall for seed in range(200)]
    assert abs(statistics.mean(walls) / (200 * (1 + 0.05 / 0.95 * 2.5)) - 1) < 0.01
    print("all cases hold")


def check_cuts(program):
    """Real plans of few features."""
    with tempfile.TemporaryDirectory() as name:
        x, y, plan, rows = Path(name, "x.csv"), Path(name, "y.txt"), Path(name, "plan.json"), 30_011
        dice = random.Random(0)
        x.write_text("a,b\n" + "".join(f"{dice.random()},{dice.random()}\n" for _ in range(rows)))
        y.write_text("".join(f"{row % 10}\n" for row in range(rows)))
        for cut, count in itertools.product(CUTS, (1, 2, 3, 4, 5, 6, 17, 64)):
            layer = ["--columns", "*", "--labels", y, "--tasks", str(count), "--cut", cut, "--out", plan, "-q"]
            subprocess.run([program, "plan", x, *layer], check=True)
            real = [Task(task["rows"], task["columns"], task["pairs"]) for task in json.loads(plan.read_text())["tasks"]]
            assert real == CUTS[cut](rows, count), (cut, count)
    print("16 plans are cut as by the program")


if __name__ == "__main__":
    check_cases()
    check_cuts(sys.argv[1] if len(sys.argv) > 1 else "target/release/snnl-score")
