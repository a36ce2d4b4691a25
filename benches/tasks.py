"""A score in tasks beside a single run: the same values, and what it costs beyond.

    python3 benches/tasks.py [--program target/release/snnl-score] [--rows 60000] [--tasks 1,4,16,17] x.npy y.npy

For every number of tasks: plans, computes the tasks in a shuffled order by a process each, one of them twice and one again after its
result was cut short, and merges. Prints the CPU time of all tasks and the merge relative to the single run, the peak memory of the
merge relative to 64 bytes x N x T + 256 MiB, and how far values are from those of the single run. Exits with 1 where a value is
further off than 1e-13, or where two orders of the same plan differ in a bit. Needs POSIX and the standard library.
"""

import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path


def run(*command, stdout=subprocess.DEVNULL):
    """CPU seconds, and peak memory in bytes."""
    process = subprocess.Popen([str(part) for part in command], stdout=stdout)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def first_rows(path, rows, out):
    """A copy of the first rows of a .npy file of version 1."""
    with open(path, "rb") as source:
        magic = source.read(8)
        header = source.read(struct.unpack("<H", source.read(2))[0]).decode()
        described = eval(header)  # noqa: S307 - the header of a file that the user names
        shape = described["shape"]
        if rows is None or rows >= shape[0]:
            return Path(path), shape
        size = int(described["descr"][-1])
        for axis in shape[1:]:
            size *= axis
        described["shape"] = (rows, *shape[1:])
        text = repr(described).ljust(len(header) - 1) + "\n"
        out.write_bytes(magic + struct.pack("<H", len(text)) + text.encode() + source.read(rows * size))
        return out, described["shape"]


def values(path):
    table = json.loads(Path(path).read_text())
    return table["layers"], [score["snnl"] for layer in table["layers"] for score in layer["scores"]]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("activations")
    arguments.add_argument("labels")
    arguments.add_argument("--program", default="target/release/snnl-score")
    arguments.add_argument("--rows", type=int)
    arguments.add_argument("--tasks", default="1,4,16,17")
    arguments.add_argument("--flags", default="", help="further flags of the score, as -T 0.1,1")
    given = arguments.parse_args()
    dice, is_right = random.Random(0), True
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        x, shape = first_rows(given.activations, given.rows, here / "x.npy")
        y, _ = first_rows(given.labels, given.rows, here / "y.npy")
        data = [x, "--labels", y, *given.flags.split(), "-q"]
        single, _ = run(given.program, *data, "--export-json", here / "single.json")
        expected, exact = values(here / "single.json")
        bound = 64 * shape[0] * len(exact) + (256 << 20)
        print(f"{shape[0]} x {shape[1]}, {len(exact)} temperatures; single run: {single:.1f} s of CPU time")
        for count in map(int, given.tasks.split(",")):
            plan, merged = here / f"{count}.json", []
            planned, _ = run(given.program, "plan", *data, "--tasks", count, "--out", plan)
            document = json.loads(plan.read_text())
            tasks = list(range(len(document["tasks"])))
            for order in range(2):
                results = here / f"results-{count}-{order}"
                dice.shuffle(tasks)
                partial = lambda task: run(given.program, "partial", plan, "--task", task, "--out", results, "-q")  # noqa: E731
                cpu = sum(partial(task)[0] for task in tasks)
                partial(tasks[0])
                cut = results / document["id"] / f"{tasks[-1]}.arrow"
                cut.write_bytes(cut.read_bytes()[:-1000])
                partial(tasks[-1])
                out = here / f"merged-{count}-{order}.json"
                merge, memory = run(given.program, "merge", plan, results, "-q", "--export-json", out)
                merged.append(values(out))
            written = sum(file.stat().st_size for file in results.rglob("*.arrow"))
            off = max(abs(a / b - 1) for a, b in zip(merged[0][1], exact))
            same_bits = merged[0][0] == merged[1][0]
            is_right &= same_bits and off <= 1e-13
            print(
                f"{len(tasks):4} tasks ({document['cut']}): tasks + merge {(cpu + merge) / single:.3f} of the single run, "
                f"plan {planned:.1f} s, merge {merge:.1f} s and {memory / bound:.2f} of its memory, "
                f"{written / 1e6:.0f} MB written; values off by {off:.1e}, "
                f"bits {'those of the single run' if merged[0][0] == expected else 'not all those of the single run'}, "
                f"of two orders {'equal' if same_bits else 'DIFFERENT'}"
            )
    sys.exit(not is_right)


if __name__ == "__main__":
    main()
