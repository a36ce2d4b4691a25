"""How fast a layer of float32 is read from a warm page cache on one thread, in every format, beside the libraries that
own the formats.

    pip install numpy pyarrow safetensors torch
    python3 benches/read.py [--rows 262144] [--dim 1024] [--rounds 5] [--dumps DIRECTORY]

Prints a Markdown table: the median of the rounds, in gigabytes of float32 a second, and the time of the other library in
units of ours. In each round ours and theirs read the same file, one after the other.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq


def write(directory: Path, rows: int, dim: int) -> list[Path]:
    """The same matrix in every format; files that are there already are kept."""
    # As many different values as activations in float16 have at most, so that dictionaries do not stand in for numbers.
    x = np.random.default_rng(0).standard_normal((rows, dim), dtype=np.float32)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), dim)
    table = pa.table({"layer": vectors})
    batches = table.to_batches(max_chunksize=10_000)

    def stream(path):
        with pa.ipc.new_stream(path, table.schema) as out:
            for batch in batches:
                out.write_batch(batch)

    def blocks(path):
        with pa.ipc.new_file(path, table.schema) as out:
            for batch in batches:
                out.write_batch(batch)

    def tensors(path):
        from safetensors.numpy import save_file

        save_file({"layer": x}, path)

    def torch_file(path):
        import torch

        torch.save({"layer": torch.from_numpy(x)}, path)

    writers = {
        "rows.npy": lambda path: np.save(path, x),
        "columns.npy": lambda path: np.save(path, np.asfortranarray(x)),
        "stored.npz": lambda path: np.savez(path, layer=x),
        "deflated.npz": lambda path: np.savez_compressed(path, layer=x),
        "tensors.safetensors": tensors,
        "tensors.pt": torch_file,
        "file.arrow": blocks,
        "one_batch.arrow": lambda path: feather.write_feather(table, path, compression="uncompressed", chunksize=rows),
        "stream.arrow": stream,
        "lz4.feather": lambda path: feather.write_feather(table, path, compression="lz4"),
        "default.parquet": lambda path: pq.write_table(table, path),
        "plain.parquet": lambda path: pq.write_table(table, path, compression="none", use_dictionary=False),
        "zstd.parquet": lambda path: pq.write_table(table, path, compression="zstd", use_dictionary=False),
    }
    for name, writer in writers.items():
        path = directory / name
        if not path.exists():
            try:
                writer(path)
            except ImportError as missing:
                print(f"no {name}: {missing}")
    return [directory / name for name in writers if (directory / name).exists()]


def theirs(path: Path):
    """Reads `path` by the library that owns its format, to the numbers."""
    match path.suffix:
        case ".npy":
            np.load(path)
        case ".npz":
            np.load(path)["layer"]
        case ".parquet":
            pq.read_table(path, columns=["layer"], use_threads=False)
        case ".arrow" | ".feather" if path.name == "stream.arrow":
            pa.ipc.open_stream(pa.OSFile(str(path))).read_all()
        case ".arrow" | ".feather":
            pa.ipc.open_file(pa.OSFile(str(path))).read_all()
        case ".safetensors":
            from safetensors.numpy import load_file

            load_file(path)
        case ".pt":
            import torch

            torch.load(path)


def ours(path: Path) -> float:
    command = ["cargo", "bench", "-q", "--bench", "read", "--", str(path.resolve())]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(out.splitlines()[-1].split("\t")[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=262_144)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dumps", type=Path, help="where the files are kept; a temporary directory without it")
    args = parser.parse_args()
    pa.set_cpu_count(1)
    gigabytes = 4e-9 * args.rows * args.dim
    with tempfile.TemporaryDirectory() as temporary:
        directory = args.dumps or Path(temporary)
        directory.mkdir(exist_ok=True)
        print("| file | ours GB/s | theirs GB/s | theirs / ours, time |\n| --- | ---: | ---: | ---: |")
        for path in write(directory, args.rows, args.dim):
            ours(path), theirs(path)
            times = []
            for _ in range(args.rounds):
                start = time.perf_counter()
                theirs(path)
                other = time.perf_counter() - start
                times.append((ours(path), other))
            mine, other = (statistics.median(side) for side in zip(*times))
            print(f"| `{path.name}` | {gigabytes / mine:.2f} | {gigabytes / other:.2f} | {other / mine:.2f} |")


main()
