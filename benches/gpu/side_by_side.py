#!/usr/bin/env python3
"""Times snnl-score on a GPU beside what one would write in PyTorch on the same GPU, in one run.

    LD_LIBRARY_PATH=<site-packages>/torch/lib python3 side_by_side.py        what check.sh of the packed folder runs

Two layers of random clouds around the centres of ten classes: 60,000 x 784 in float32 and 1,000,000 x 512 in float16, at
eight temperatures. Contenders, taking turns in every round, medians reported:

    snnl-score      the whole process; `run.seconds` as it reports itself, without the start of CUDA; and that of one block's
                    rows, which is mostly what does not grow with the pairs
    half product    the bare products of each unordered pair once, by blocks into one buffer
    torch loop      SNNL by chunks of rows: product, 1 - cosine, one exp per temperature, masks, sums
    torch.compile   the same function compiled; compilation is not part of the time
    attention       scaled_dot_product_attention with one-hot values, once a temperature: the share of each row's class, where
                    a row meets itself, too, so its values are not the SNNL

PyTorch's contenders have the normalised rows on the GPU before the clock starts; snnl-score reads a file. They treat every
chunk of rows alike, so on the large layer a part of the chunks is timed and scaled up, and the output says so. The share of
the peak is of the multiplications of each unordered pair once, against a product of 8192 x 8192 x 8192 in the same type.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
import torch
import torch.nn.functional as F

LADDER = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
CLASSES = 10
CHUNK_BYTES = 1 << 30  # of one chunk's products
BLOCK = 12288
PROMISED = 1e-5


def parse_arguments():
    """The command line."""
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", type=pathlib.Path, default=here / "snnl-score")
    parser.add_argument("--device", default="cuda", help="as snnl-score calls it")
    parser.add_argument("--shape", action="append", metavar="ROWSxDIM:TYPE", help="60000x784:float32 for one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="of PyTorch's contenders on a part of the chunks")
    return parser.parse_args()


def clouds(rows, dim, dtype, device):
    """Rows around the centres of their classes, and the classes."""
    generator = torch.Generator(device).manual_seed(1)
    y = torch.randint(0, CLASSES, (rows,), generator=generator, device=device)
    centres = torch.randn(CLASSES, dim, generator=generator, device=device)
    x = torch.empty(rows, dim, dtype=dtype, device=device)
    for start in range(0, rows, 1 << 16):
        part = slice(start, start + (1 << 16))
        noise = torch.randn(x[part].shape, generator=generator, device=device)
        x[part] = (0.5 * centres[y[part]] + noise).to(dtype)
    return x, y


def synchronize(device):
    """Waits until all is computed."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def timed(work, device):
    """Seconds that the work takes."""
    synchronize(device)
    begin = time.perf_counter()
    result = work()
    synchronize(device)
    return time.perf_counter() - begin, result


def losses(rows, first, x, y, temperatures):
    """The losses of some rows, the first of which has this index, a list a temperature: what one would write."""
    distance = 1 - (rows @ x.T).float()
    index = torch.arange(first, first + len(rows), device=x.device)
    same = (y[index, None] == y[None, :]).float()
    own = torch.arange(len(rows), device=x.device)
    found = []
    for temperature in temperatures:
        weight = torch.exp(-distance / temperature)
        weight[own, index] = 0
        found.append(-torch.log((weight * same).sum(1) / weight.sum(1)))
    return torch.stack(found)


def chunks(x, limit):
    """Starts of chunks of rows, evenly spread and at most `limit` of them, and the chunks' length."""
    length = max(1, min(len(x), CHUNK_BYTES // (4 * len(x))))
    starts = list(range(0, len(x), length))
    step = max(1, -(-len(starts) // limit))
    return starts[::step], length, len(starts)


def by_chunks(function, x, y, device, seconds):
    """Seconds over all rows, the share that was timed, and the mean losses where that is all."""
    starts, length, count = chunks(x, 1 << 30)
    function(x[:length], 0, x, y, LADDER)
    once, _ = timed(lambda: function(x[:length], 0, x, y, LADDER), device)
    starts, length, count = chunks(x, max(4, int(seconds / once)))
    run = lambda: [function(x[start : start + length], start, x, y, LADDER) for start in starts]
    took, parts = timed(run, device)
    values = torch.cat(parts, 1).double().mean(1).tolist() if len(starts) == count else None
    return took * count / len(starts), len(starts) / count, values


def half_product(x, device):
    """Seconds of the products of each unordered pair of blocks."""
    blocks = x.split(BLOCK)
    room = torch.empty(BLOCK, BLOCK, dtype=x.dtype, device=device)

    def run():
        for place, rows in enumerate(blocks):
            for cols in blocks[: place + 1]:
                torch.mm(rows, cols.T, out=room[: len(rows), : len(cols)])

    run()
    return timed(run, device)[0]


def attention(x, y, device):
    """Seconds of attention with one-hot values at every temperature."""
    values = F.one_hot(y, 16).to(x.dtype)
    query, value = x[None, None], values[None, None]

    def run():
        for temperature in LADDER:
            F.scaled_dot_product_attention(query, query, value, scale=1 / temperature)

    return timed(run, device)[0]


def peak(dtype, device):
    """Multiplications and additions a second of a large product, the best of five."""
    size = 8192 if device.type == "cuda" else 1024
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    a @ b
    return 2 * size**3 / min(timed(lambda: a @ b, device)[0] for _ in range(5))


def snnl_score(options, folder, rows):
    """Wall time and the result of a run over the first rows."""
    command = [options.binary, folder / f"x{rows}.npy", "--labels", folder / f"y{rows}.npy", "--format", "json", "-q"]
    command += ["--device", options.device, "-T", ",".join(map(str, LADDER))]
    begin = time.perf_counter()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return time.perf_counter() - begin, json.loads(output)


def compare(options, rows, dim, dtype):
    """Times all contenders on one layer."""
    device = torch.device("cpu" if options.device == "torch:cpu" else options.device)
    x, y = clouds(rows, dim, dtype, device)
    normal = F.normalize(x.float()).to(dtype)
    print(f"\n{rows:,} x {dim}, {str(dtype).removeprefix('torch.')}, {len(LADDER)} temperatures")
    times = {name: [] for name in ["process", "run.seconds", "half product", "torch loop", "torch.compile", "attention"]}
    shares, values = {}, {}
    compiled = torch.compile(losses, dynamic=False)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for count in {rows, min(rows, BLOCK)}:
            np.save(folder / f"x{count}.npy", x[:count].cpu().numpy())
            np.save(folder / f"y{count}.npy", y[:count].cpu().numpy())
        x = None
        if device.type == "cuda":
            torch.cuda.empty_cache()
        for _ in range(options.rounds):
            wall, result = snnl_score(options, folder, rows)
            times["process"].append(wall)
            times["run.seconds"].append(result["run"]["seconds"])
            times["half product"].append(half_product(normal, device))
            for name, function in [("torch loop", losses), ("torch.compile", compiled)]:
                took, shares[name], values[name] = by_chunks(function, normal, y, device, options.seconds)
                times[name].append(took)
            try:
                times["attention"].append(attention(normal, y, device))
            except RuntimeError as error:
                print(f"  attention: {str(error).splitlines()[0]}")
            if device.type == "cuda":
                torch.cuda.empty_cache()
        _, small = snnl_score(options, folder, min(rows, BLOCK))
    medians = {name: statistics.median(taken) for name, taken in times.items() if taken}
    for name, median in medians.items():
        part = f" ({shares[name]:.1%} timed, scaled up)" if shares.get(name, 1) < 1 else ""
        ratio = median / medians["run.seconds"]
        print(f"  {name:14} {median:9.3f} s  {ratio:6.2f} x run.seconds  {[round(t, 3) for t in times[name]]}{part}")
    products = rows * (rows - 1) * dim
    reached = peak(dtype, device)
    for name in ["run.seconds", "half product"]:
        print(f"  {name}: {products / medians[name] / reached:.0%} of the peak of {reached / 1e12:.3g} TFLOP/s")
    print(f"  run.seconds of {min(rows, BLOCK):,} rows: {small['run']['seconds']:.3f}; on {result['run']['device']}")
    check(result, values["torch loop"], dtype)


def check(result, values, dtype):
    """Says how far the values are apart where the loop computed all of them."""
    found = [score["snnl"] for score in result["layers"][0]["scores"]]
    claimed = result["run"]["self_check"]["max_error"]
    if values is not None:
        apart = max(abs(a - b) / max(abs(a), 1e-3) for a, b in zip(found, values))
        print(f"  the loop's values differ by up to {apart:.1e} (it rounds normalised rows to {dtype})")
    print(f"  self-check {claimed:.1e}, {'within' if claimed <= PROMISED else 'NOT WITHIN'} {PROMISED}")


def main():
    """Times every shape."""
    options = parse_arguments()
    if options.device.startswith("cuda"):
        print(torch.cuda.get_device_name(options.device), "PyTorch", torch.__version__)
    for shape in options.shape or ["60000x784:float32", "1000000x512:float16"]:
        size, dtype = shape.split(":")
        rows, dim = map(int, size.split("x"))
        compare(options, rows, dim, getattr(torch, dtype))


if __name__ == "__main__":
    main()
