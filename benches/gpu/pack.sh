#!/usr/bin/env bash
# Packs what a machine with a GPU needs to test and time the engine on libtorch: programs, scripts, and a dump.
#
#     LIBTORCH=$(.ci/libtorch) benches/gpu/pack.sh target/gpu [DUMP]     here; no GPU is needed to build
#     target/gpu/check.sh                                               there, wherever the folder was copied to
#
# There, `python3` must import PyTorch 2.11 for CUDA, whose libraries the programs use, and glibc must not be older than here.
# DUMP holds y.npy, expected.json and CHECKPOINT/LAYER.npy, as .ci/compare.py reads it.
set -euo pipefail
pack=$(realpath -m "${1:?the folder to pack into}")
dump=${2:+$(realpath "$2")}
cd "$(dirname "$0")/../.."

cargo build --release --locked --features torch
tests=$({
    cargo test --locked --package snnl-core --features torch --no-run --message-format=json
    cargo test --locked --package snnl-score --features torch --test devices --no-run --message-format=json
} | python3 -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable") and message["profile"]["test"]:
        print(message["executable"])')

rm -rf "$pack"
mkdir -p "$pack/tests"
for program in "${CARGO_TARGET_DIR:-target}/release/snnl-score" $tests; do
    # Without symbols they are a fifth of the size.
    strip -o "$pack/tests/$(basename "$program")" "$program"
done
mv "$pack/tests/snnl-score" "$pack/"
cp benches/gpu/check.sh benches/gpu/side_by_side.py .ci/compare.py "$pack/"
[[ -z $dump ]] || cp -r "$dump" "$pack/dump"
du -sh "$pack"
