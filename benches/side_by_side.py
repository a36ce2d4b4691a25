#!/usr/bin/env python3
"""Times snnl-score beside a bare matrix product and beside what one would write in PyTorch, in one run.

    cargo build --release
    python3 benches/side_by_side.py                         Fashion-MNIST, 60,000 x 784, 8 temperatures
    python3 benches/side_by_side.py --rows 16384 --dim 64   normal random numbers of another shape
    python3 benches/side_by_side.py --temperatures 1 --temperatures log:0.01..10:32
    python3 benches/side_by_side.py --every-set             every instruction set, one thread and all, six widths

Contenders, taking turns in every round, medians reported, each on as many threads and in float32:

    snnl-score      the whole process, and `run.seconds` as it reports itself
    numpy product   X @ X.T by NumPy's BLAS, chunks of rows into one buffer: no distance, no exp, no sum
    torch product   the same by PyTorch
    torch loop      SNNL by chunks of rows: product, 1 - cosine, one exp per temperature, masks, sums
    torch.compile   the same function compiled; compilation is not part of the time
    attention       scaled_dot_product_attention with one-hot labels as values: the masses of one temperature

The last three treat every chunk of rows alike, against all columns, so their time is linear in the chunks; by default an
eighth of the rows is timed and scaled up, and the output says so (`--rows-loop 1` times them all).

`--every-set` times snnl-score beside NumPy's product on random data, and prints the share of the multiply-add peak that the
products alone make up, with everything else that the score takes in the same time; the peak is that of peak.c.

The first run makes a virtual environment with NumPy and PyTorch in `--venv`. PyTorch comes from its own index of CPU
builds where that can be reached, else from PyPI with its CUDA libraries (gigabytes): that build
does not import without them, even to run on a CPU. torch.compile needs a C++ compiler.
"""

import argparse
import gzip
import importlib.util
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TORCH = "torch==2.11.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
LADDER = "0.01,0.02,0.05,0.1,0.2,0.5,1,2"
CHECK_ROWS = 2000
BUFFER_BYTES = 1 << 30  # of one chunk of the product: 60,000 columns leave room for 4,473 rows
LOOP_CHUNK = 1024  # rows; the eager loop holds about five chunk x N matrices at once
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

# Starts a command and reports its wall time and peak memory. A process of its own, because the peak that the kernel
# reports for a child starts from its parent's size, and this program holds gigabytes.
LAUNCHER = """
import json, os, subprocess, sys, time
begin = time.perf_counter()
child = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(child.pid, 0)
print(json.dumps([time.perf_counter() - begin, usage.ru_maxrss, os.waitstatus_to_exitcode(status)]))
"""


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--venv", type=pathlib.Path, default=ROOT / "target/bench-venv", metavar="DIR")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/snnl-score")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench", help="where the data is made")
    parser.add_argument("--fashion", type=pathlib.Path, default="/usr/share/datasets/fashion-mnist", metavar="DIR",
                        help="IDX files of Fashion-MNIST (Debian: dataset-fashion-mnist)")
    parser.add_argument("--rows", type=int, help="rows: random if --dim is given, else the first of Fashion-MNIST")
    parser.add_argument("--dim", type=int, help="random data of this many features")
    parser.add_argument("--temperatures", action="append", metavar="LADDER",
                        help="list, log:LOW..HIGH:COUNT or octaves:LOW..HIGH; further ones time snnl-score alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows-loop", type=float, default=0.125, metavar="FRACTION",
                        help="of the chunks of rows that the PyTorch loops are timed on")
    parser.add_argument("--skip-snnl", action="store_true", help="time the others alone")
    parser.add_argument("--threads", type=int, default=CORES)
    parser.add_argument("--instructions", metavar="SET", help="avx512, avx2, neon or portable; default the fastest")
    parser.add_argument("--every-set", action="store_true", help="every instruction set over threads and widths")
    parser.add_argument("--skip-torch", action="store_true", help="neither install nor time PyTorch")
    return parser.parse_args()


def enter_environment(options):
    """Continues in the virtual environment, made where it is missing."""
    if pathlib.Path(sys.prefix).resolve() == options.venv.resolve():
        return
    python = options.venv / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", options.venv], check=True)
    pip = [python, "-m", "pip", "install", "-q"]
    for module in ("numpy", "threadpoolctl"):
        if not imports(python, module):
            subprocess.run([*pip, module], check=True)
    if not options.skip_torch and not imports(python, "torch"):
        if subprocess.run([*pip, "--index-url", TORCH_CPU_INDEX, TORCH]).returncode != 0:
            print("no CPU build of PyTorch there; taking the one of PyPI", file=sys.stderr)
            subprocess.run([*pip, TORCH], check=True)
    os.execv(python, [python, *sys.argv])


def imports(python, module):
    """Whether that Python can import the module, which an installed but incomplete one cannot."""
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def idx(path, header):
    """The bytes of a gzipped IDX file after its header."""
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def make_data(options):
    """Features and labels, saved as x.npy and y.npy in a folder of their own."""
    if options.dim:
        n = options.rows or 16384
        name = f"random-{n}x{options.dim}"
        random = np.random.default_rng(1)
        x = random.standard_normal((n, options.dim), dtype=np.float32)
        y = random.integers(0, 10, n)
    else:
        x = idx(options.fashion / "train-images-idx3-ubyte.gz", 16).reshape(-1, 784)[: options.rows].astype(np.float32)
        y = idx(options.fashion / "train-labels-idx1-ubyte.gz", 8)[: options.rows].astype(np.int64)
        name = f"fashion-mnist-{len(x)}"
    return save(options.work / name, x, y)


def save(folder, x, y):
    """Writes the two arrays; returns them with the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    return folder, x, y


def ladder(text):
    """The temperatures that a ladder names, as the tool reads it."""
    kind, _, rest = text.rpartition(":") if text.startswith("octaves:") else text.partition(":")
    if kind == "octaves":
        low, high = map(float, rest.split(".."))
        return [low * 2**k for k in range(int(math.log2(high / low) + 1e-9) + 1)]
    if kind == "log":
        span, count = rest.split(":")
        low, high = map(float, span.split(".."))
        return np.geomspace(low, high, int(count)).tolist()
    return [float(t) for t in text.split(",")]


def run_snnl(options, folder, temperatures, instructions=None, threads=None):
    """One run of the tool: wall time, its own seconds, peak memory in MiB, and the values."""
    instructions = instructions or options.instructions
    report = folder / "out.json"
    command = [options.binary, folder / "x.npy", "--labels", folder / "y.npy", "-T", temperatures]
    command += ["--export-json", report, "-q", "--threads", threads or options.threads]
    command += ["--instructions", instructions] if instructions else []
    launch = [sys.executable, "-S", "-c", LAUNCHER, *map(str, command)]
    output = subprocess.run(launch, check=True, stdout=subprocess.PIPE, text=True).stdout
    wall, peak, code = json.loads(output.splitlines()[-1])
    if code != 0:
        sys.exit(f"{options.binary} ended with {code}")
    result = json.loads(report.read_text())
    peak_mib = peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return wall, result["run"]["seconds"], peak_mib, [s["snnl"] for s in result["layers"][0]["scores"]]


def timed(action):
    """Wall seconds of one call."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def numpy_product(x):
    """The bare product X @ X.T in chunks of rows into one buffer, ready to run."""
    chunk = max(1, min(len(x), BUFFER_BYTES // (4 * len(x))))
    buffer = np.ones((chunk, len(x)), np.float32)  # ones, not empty: the pages exist before the clock starts

    def run():
        for start in range(0, len(x), chunk):
            rows = x[start : start + chunk]
            np.matmul(rows, x.T, out=buffer[: len(rows)])

    return run


def torch_product(x):
    """The same by PyTorch."""
    x = torch.from_numpy(x)
    chunk = max(1, min(len(x), BUFFER_BYTES // (4 * len(x))))
    buffer = torch.ones((chunk, len(x)))

    def run():
        for start in range(0, len(x), chunk):
            rows = x[start : start + chunk]
            torch.matmul(rows, x.T, out=buffer[: len(rows)])

    return run


def chunk_losses(x, y, index, rows, temperatures):
    """What one writes in PyTorch: every temperature's losses of some rows (by index) against all rows."""
    distance = 1 - x[rows] @ x.T
    distance = distance.masked_fill(rows[:, None] == index[None, :], float("inf"))
    same = y[rows][:, None] == y[None, :]
    losses = []
    for temperature in temperatures:
        weight = torch.exp(-distance / temperature)
        losses.append(-torch.log((weight * same).sum(1) / weight.sum(1)))
    return torch.stack(losses)


def torch_loop(x, y, temperatures, fraction, function):
    """The loop over the first chunks, ready to run, and how many rows those are. It returns the mean losses."""
    x = torch.nn.functional.normalize(torch.from_numpy(x))
    y, index = torch.from_numpy(y), torch.arange(len(x))
    chunk = min(LOOP_CHUNK, len(x))
    chunks = max(1, round(fraction * (len(x) // chunk)))

    def run():
        with torch.no_grad():
            parts = [function(x, y, index, index[i * chunk : (i + 1) * chunk], temperatures) for i in range(chunks)]
            return torch.cat(parts, 1).double().mean(1).tolist()

    return run, chunks * chunk


def attention(x, y, temperature, fraction):
    """The first chunks' masses of every class at one temperature, ready to run, and how many rows those are."""
    x = torch.nn.functional.normalize(torch.from_numpy(x))[None]
    values = torch.nn.functional.one_hot(torch.from_numpy(y)).to(x.dtype)[None]
    chunk = min(LOOP_CHUNK, x.shape[1])
    chunks = max(1, round(fraction * (x.shape[1] // chunk)))

    def run():
        with torch.no_grad():
            for i in range(chunks):
                rows = x[:, i * chunk : (i + 1) * chunk]
                torch.nn.functional.scaled_dot_product_attention(rows, x, values, scale=1 / temperature)

    return run, chunks * chunk


def peak(instructions, threads):
    """Multiply-adds that so many cores do at once, in GFLOP/s; None where there is no compiler, or no such set to ask for."""
    flags = {"avx512": ["-mavx512f", "-DBYTES=64"], "avx2": ["-mavx2", "-mfma", "-DBYTES=32"], "neon": ["-DBYTES=16"]}
    if instructions not in flags or not shutil.which("cc"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "peak"
        subprocess.run(["cc", "-O3", *flags[instructions], ROOT / "benches/peak.c", "-o", program], check=True)
        runs = [subprocess.Popen([program], stdout=subprocess.PIPE, text=True) for _ in range(threads)]
        return sum(float(run.communicate()[0]) for run in runs)


def every_set(options):
    """Every instruction set that the tool finds here, with one thread and with all, over widths: one line each."""
    sets = [name for name in ("avx512", "avx2", "neon", "portable") if has(options, name)]
    n = options.rows or 16384
    print(f"{n} random rows, 8 temperatures, {options.rounds} rounds; peak is measured, GFLOP/s")
    print(f"{'set':<10}{'threads':>8}{'D':>6}{'snnl s':>10}{'numpy s':>10}{'ratio':>8}{'GFLOP/s':>10}{'peak':>8}{'share':>8}")
    for threads in sorted({1, CORES}):
        peaks = {name: peak(name, threads) for name in sets}
        for dim in (32, 64, 128, 512, 784, 2048):
            folder, x, _ = make_data(argparse.Namespace(**vars(options) | {"dim": dim, "rows": n}))
            product = numpy_product(x)
            actions = {"numpy": (lambda: timed(product), 1)}
            for name in sets:
                run = lambda name=name: run_snnl(options, folder, LADDER, name, threads)[:1]
                actions[name] = (run, 1)
            with threadpoolctl.threadpool_limits(threads):
                medians, runs = measure(options, actions)
            for name in sets:
                seconds = medians[name][0]
                ratio = statistics.median(own[0] / other[0] for own, other in zip(runs[name], runs["numpy"]))
                # Each pair once, and tiles of 384 rows on the diagonal whole.
                rate = 1e-9 * n * (n + 384) * dim / seconds
                share = f"{peaks[name]:>8.0f}{rate / peaks[name]:>8.2f}" if peaks[name] else ""
                own, other = seconds, medians["numpy"][0]
                print(f"{name:<10}{threads:>8}{dim:>6}{own:>10.3f}{other:>10.3f}{ratio:>8.2f}{rate:>10.0f}{share}", flush=True)


def has(options, instructions):
    """Whether the tool finds that instruction set here."""
    command = [options.binary, "inspect", ROOT / "fixtures/fashion-ae/snnl", "--instructions", instructions]
    return subprocess.run(command, capture_output=True).returncode == 0


def check_values(options, x, y):
    """Largest error of each contender's values on a cut, against the float64 brute force of fixtures/oracle.py."""
    sys.dont_write_bytecode = True  # nothing of this program belongs among the fixtures
    spec = importlib.util.spec_from_file_location("oracle", ROOT / "fixtures/oracle.py")
    oracle = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(oracle)
    folder, x, y = save(options.work / "check", x[:CHECK_ROWS], y[:CHECK_ROWS])
    temperatures = ladder(options.temperatures[0])
    d = oracle.distances(x, "cosine", np.float64)
    truth = [oracle.score(d, y, "exact", t)["snnl"] for t in temperatures]

    found = {}
    if not options.skip_snnl:
        found["snnl-score"] = run_snnl(options, folder, options.temperatures[0])[3]
    if not options.skip_torch:
        # One chunk of all rows: a fraction of them would be another mean.
        whole = torch.nn.functional.normalize(torch.from_numpy(x))
        index = torch.arange(len(x))
        losses = chunk_losses(whole, torch.from_numpy(y), index, index, temperatures)
        found["torch loop"] = losses.double().mean(1).tolist()
    print(f"\nlargest error on {len(x)} rows against float64, relative, absolute below 1e-3")
    for name, values in found.items():
        error = max(abs(v - t) / (abs(t) if abs(t) >= 1e-3 else 1) for v, t in zip(values, truth, strict=True))
        print(f"  {name:<16}{error:.1e}")


def contenders(options, folder, x, y):
    """Name -> (action that returns its seconds, factor to the full dataset)."""
    temperatures = ladder(options.temperatures[0])
    actions = {}
    if not options.skip_snnl:
        for text in options.temperatures:
            actions[f"snnl-score -T {text}"] = (lambda text=text: run_snnl(options, folder, text)[:3], 1)
    product = numpy_product(x)
    actions["numpy product"] = (lambda: timed(product), 1)
    if not options.skip_torch:
        other_product = torch_product(x)
        actions["torch product"] = (lambda: timed(other_product), 1)
        compiled = torch.compile(chunk_losses, dynamic=False)
        for name, function in [("torch loop", chunk_losses), ("torch.compile", compiled)]:
            warm_up, _ = torch_loop(x, y, temperatures, 0, function)
            print(f"{name}: first chunk (compilation included where there is any) {timed(warm_up):.1f} s, not counted")
            run, rows = torch_loop(x, y, temperatures, options.rows_loop, function)
            actions[name] = (lambda run=run: timed(run), len(x) / rows)
            if rows < len(x):
                print(f"{name}: timed on {rows} of {len(x)} rows, every one against all; scaled by {len(x) / rows:.3f}")
        run, rows = attention(x, y, temperatures[-1], options.rows_loop)
        actions["attention, one T"] = (lambda: timed(run), len(x) / rows)
    return actions


def measure(options, actions):
    """Every contender once a round, so that a disturbance meets all of them; the medians, and all runs."""
    runs = {name: [] for name in actions}
    for round_number in range(options.rounds):
        for name, (action, factor) in actions.items():
            result = action()
            wall, *rest = result if isinstance(result, tuple) else (result,)
            runs[name].append((wall * factor, *rest))
            print(f"  round {round_number + 1}  {name}: {wall * factor:.3f} s", file=sys.stderr)
    return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in runs.items()}, runs


def main():
    """Data, check, rounds, ratios."""
    options = parse_arguments()
    options.temperatures = options.temperatures or [LADDER]
    if not options.skip_snnl and not options.binary.exists():
        sys.exit(f"no binary at {options.binary}; build it (cargo build --release) or pass --skip-snnl")
    enter_environment(options)

    # Only the virtual environment has these.
    global np, threadpoolctl, torch
    import numpy as np
    import threadpoolctl
    if options.every_set:
        return every_set(options)
    if not options.skip_torch:
        import torch
        torch.set_num_threads(options.threads)
    threadpoolctl.threadpool_limits(options.threads)

    folder, x, y = make_data(options)
    n, dim = x.shape
    print(f"{folder.name}: {n} x {dim} float32, {options.threads} threads, {options.rounds} rounds")
    actions = contenders(options, folder, x, y)
    medians, runs = measure(options, actions)

    print(f"\n{'contender':<44}{'median s':>10}{'min':>10}{'max':>10}")
    for name, (wall, *_) in medians.items():
        walls = [run[0] for run in runs[name]]
        note = f"  {2e-9 * n * n * dim / wall:.0f} GFLOP/s" if name.endswith("product") else ""
        if name.startswith("snnl-score"):
            note = f"  own clock {medians[name][1]:.3f} s, peak memory {medians[name][2]:.0f} MiB"
        print(f"{name:<44}{wall:>10.3f}{min(walls):>10.3f}{max(walls):>10.3f}{note}")

    print("\nratios of medians")
    seconds = {name: values[0] for name, values in medians.items()}
    base = seconds.get(f"snnl-score -T {options.temperatures[0]}")
    if base:
        print(f"  snnl-score / numpy product  {base / seconds['numpy product']:.3f}")
        if "attention, one T" in seconds:
            print(f"  snnl-score / attention, one T  {base / seconds['attention, one T']:.3f}")
        for name in ("torch loop", "torch.compile"):
            if name in seconds:
                print(f"  {name} / snnl-score  {seconds[name] / base:.2f}")
        for text in options.temperatures[1:]:
            print(f"  -T {text} / -T {options.temperatures[0]}  {seconds[f'snnl-score -T {text}'] / base:.3f}")
    for name in ("torch product", "torch loop", "torch.compile"):
        if name in seconds:
            print(f"  {name} / numpy product  {seconds[name] / seconds['numpy product']:.2f}")
    check_values(options, x, y)


if __name__ == "__main__":
    main()
