#!/usr/bin/env bash
# Computes the tasks of a plan as a Slurm array: element I computes CHUNK tasks, from I × CHUNK on.
#
#     sbatch --array=0-$(( $(jq '.tasks | length' plan.json) - 1 )) slurm.sh plan.json results/ [CHUNK]
#
# CHUNK is 1 unless it is given. README.md, beside this file, says how to choose it, and how to merge.
#SBATCH --job-name=snnl-score
#SBATCH --output=snnl-score-%A_%a.log
#SBATCH --open-mode=append
#SBATCH --cpus-per-task=16
#SBATCH --mem=32G
#SBATCH --time=02:00:00
# Slurm itself starts an element again when its node fails or it is preempted.
#SBATCH --requeue
# A minute before the time is up, so that the element can queue itself again, with all its time. A single task must fit in it.
#SBATCH --signal=B:TERM@60
set -u

plan=$1 results=$2 chunk=${3:-1}
most_restarts=${MOST_RESTARTS:-5}
element=${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}
program=${SNNL_SCORE:-snnl-score}

first=$((SLURM_ARRAY_TASK_ID * chunk))
last=$((first + chunk - 1))
if ((chunk > 1)); then
    # The last element may have fewer.
    tasks=$(jq '.tasks | length' "$plan")
    ((last < tasks)) || last=$((tasks - 1))
fi

# In the background, because a shell that waits for a command in the foreground handles no signals meanwhile.
"$program" partial "$plan" --task "$first-$last" --out "$results" --threads "${SLURM_CPUS_PER_TASK:-1}" \
    --memory "$((${SLURM_MEM_PER_NODE:-4096} * 3 / 4))MiB" --quiet &
running=$!
trap 'kill -TERM "$running" 2>/dev/null' TERM
wait "$running"
code=$?
# A signal ends the `wait`, but not the program, which takes a moment to stop.
while kill -0 "$running" 2>/dev/null; do
    wait "$running"
    code=$?
done

case $code in
    0) exit 0 ;;
    2 | 3 | 5)
        # These happen again in every other element, so those that wait are not started.
        echo "$element: exit code $code cannot be helped by another attempt; the waiting elements are cancelled" >&2
        scancel --state=PENDING "$SLURM_ARRAY_JOB_ID"
        exit "$code"
        ;;
esac
# 75 is passing trouble; all other codes are signals: of the time limit, of a full memory, of somebody's `kill`.
if ((${SLURM_RESTART_COUNT:-0} >= most_restarts)); then
    echo "$element: exit code $code, and no restart of $most_restarts is left" >&2
    exit "$code"
fi
echo "$element: exit code $code, so it is queued again" >&2
scontrol requeue "$element"
# Slurm ends this script now. Where it refused to, the element fails.
sleep 60
exit "$code"
