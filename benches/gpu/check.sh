#!/usr/bin/env bash
# Tests the packed programs on a GPU, then times them (see pack.sh).
#
#     check.sh [DEVICE] [FLAG ...]      cuda if none is named; the flags are those of side_by_side.py
set -euo pipefail
cd "$(dirname "$0")"
device=${1:-cuda}

# Before the folder that the programs were built with, which is not here.
LD_LIBRARY_PATH=$(python3 -c 'import torch; print(torch.__path__[0] + "/lib")')${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH SNNL_SCORE_TEST_DEVICE=$device

for test in tests/*; do
    printf '\n== %s\n' "$test"
    "$test"
done
if [[ -d dump ]]; then
    printf '\n== values of the whole dump\n'
    python3 compare.py "$PWD/snnl-score" dump --device "$device"
fi
printf '\n== times\n'
python3 side_by_side.py --device "$device" "${@:2}"
