#!/usr/bin/env bash
# Tests slurm.sh on a Slurm of two nodes on this machine, which exists only as long as the test:
#
#     apt-get install slurm-wlm munge jq python3
#     examples/cluster/slurm_here.sh [PROGRAM]      default: target/release/snnl-score
#
# While an array of eight tasks runs, the program of one element is killed, one element is told that its time is up, one is
# requeued, and the node of one fails. The merged values must have the bits of the same tasks without Slurm. Then inputs that
# changed must end an array, and trouble that does not pass must end an element. Takes about three minutes; needs no root.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-target/release/snnl-score}")
recipe=$PWD/examples/cluster/slurm.sh
port=${PORT:-26817}
export PATH=$PATH:/usr/sbin SNNL_SCORE=$program

here=$(mktemp -d)
chmod 711 "$here" # munged refuses a socket that others could not reach.
cd "$here"
declare -A daemons=()
start() { # NAME COMMAND...
    "${@:2}" >>"$1.out" 2>&1 &
    daemons[$1]=$!
}
finish() {
    local code=$?
    ((code == 0)) || { squeue --states=all && tail --lines=25 -- slurmctld.out n?.out snnl-score-*.log; } >&2 || true
    for name in n1 n2 slurmctld munged; do kill "${daemons[$name]:-}" 2>/dev/null || true; done
    wait
    rm -rf "$here"
}
trap finish EXIT
say() { printf '== %s (after %d s)\n' "$1" "$SECONDS"; }

# Without cgroups, accounting or a user of its own, none of which a test of one script needs. Requeued jobs wait until their old
# credentials have expired: five seconds here, two minutes by default.
user=$(id --user --name) host=$(hostname --short)
mkdir state n1 n2
(umask 077 && head --bytes=128 /dev/urandom >munge.key)
cat >slurm.conf <<END
ClusterName=here
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$here/munge.socket,cred_expire=5
StateSaveLocation=$here/state
SlurmdSpoolDir=$here/%n
SlurmctldPidFile=$here/slurmctld.pid
SlurmdPidFile=$here/%n.pid
SlurmctldLogFile=$here/slurmctld.log
SlurmdLogFile=$here/%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdTimeout=10
KillWait=5
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=n[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 2))] CPUs=1 RealMemory=2000
PartitionName=all Nodes=ALL Default=YES State=UP
END
export SLURM_CONF=$here/slurm.conf
start munged munged --foreground --key-file="$here/munge.key" --socket="$here/munge.socket" --pid-file="$here/munge.pid" \
    --log-file="$here/munge.log" --seed-file="$here/munge.seed" --num-threads=2
start slurmctld slurmctld -D
for node in n1 n2; do start "$node" slurmd -D -N "$node"; done

# `until_true SECONDS COMMAND...`: waits for what must become true.
until_true() {
    local end=$((SECONDS + $1))
    until "${@:2}"; do
        ((SECONDS < end)) || { echo "not within $1 s: ${*:2}" >&2 && return 1; }
        sleep 0.2
    done
}
idle() { [[ $(sinfo --noheader --format=%D --states=idle 2>/dev/null) == 2 ]]; }
until_true 30 idle
say "Slurm $(sinfo --version | cut --delimiter=' ' --fields=2), $(sinfo --noheader --format='%D nodes, %T')"

data() { # FILE SEED
    python3 - "$@" <<'END'
import array, random, struct, sys
ROWS, DIM, CLASSES = 100_000, 16, 10
def save(path, descr, shape, numbers):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + numbers.tobytes())
dice = random.Random(int(sys.argv[2]))
save(sys.argv[1], "<f4", (ROWS, DIM), array.array("f", (dice.random() + (i // DIM % CLASSES == i % DIM) for i in range(ROWS * DIM))))
save("y.npy", "<i8", (ROWS,), array.array("q", (i % CLASSES for i in range(ROWS))))
END
}
data x.npy 1
"$program" plan x.npy --labels y.npy -T 0.1,1 --tasks 8 --quiet --out plan.json
"$program" partial plan.json --task all --out alone/ --threads 1 --quiet
"$program" merge plan.json alone/ --quiet --export-json alone.json >/dev/null
say 'the same tasks without Slurm'

last=$(($(jq '.tasks | length' plan.json) - 1))
small=(--parsable --cpus-per-task=1 --mem=1000M --time=10)
job=$(sbatch "${small[@]}" --array="0-$last" "$recipe" plan.json results/)
merge=$(sbatch "${small[@]}" --dependency="afterany:$job" --output=merge.log \
    --wrap="$program status plan.json results/ && $program merge plan.json results/ --quiet --export-json scores.json")

running() { # ELEMENT of $job: the process of its program
    pgrep --full "^$program partial plan.json --task $1-$1 --out results/"
}
parent() { ps -o ppid= -p "$1" | tr --delete ' '; }
state() { squeue --noheader --states=all --jobs="$1" --Format=State:.20 | tr --delete ' '; }
restarts() { squeue --noheader --states=all --jobs="$1" --Format=RestartCnt:.10 | tr --delete ' '; }
exit_code() { scontrol show job "$1" | sed --quiet 's/.* ExitCode=\([0-9]*\):.*/\1/p' | head --lines=1; }
is() { [[ $("$1" "$2") == "$3" ]]; }

until_true 60 running 0 >/dev/null
kill -KILL "$(running 0)"
say 'element 0: its program was killed'
until_true 60 running 1 >/dev/null
kill -TERM "$(parent "$(running 1)")" # as `--signal=B:TERM@60` has it done
say 'element 1: told that its time is up'
until_true 60 running 2 >/dev/null
scontrol requeue "${job}_2"
say 'element 2: requeued'
until_true 60 running 3 >/dev/null
node=$(squeue --noheader --states=running --jobs="${job}_3" --Format=NodeList:.20 | tr --delete ' ')
processes=("${daemons[$node]}" "$(running 3)")
# The shell of the element, and Slurm's process that watches it.
script=$(parent "${processes[1]}")
processes+=("$script" "$(parent "$script")")
kill -KILL "${processes[@]}"
say "element 3: its node $node failed"
until_true 90 is restarts "${job}_3" 1
say "element 3: Slurm noticed, $(sinfo --noheader --nodes="$node" --format='%N is %T')"
start "$node" slurmd -D -N "$node"

merged() { [[ $(state "$merge") =~ ^(COMPLETED|FAILED|CANCELLED)$ ]]; }
until_true 300 merged
say 'the merge has ended'
squeue --states=all --jobs="$job,$merge" --sort=i --Format='JobArrayID:8,Name:14,State:12,RestartCnt:16,NodeList:10'
cat snnl-score-*.log merge.log
is state "$merge" COMPLETED
for element in 0 1 2 3; do ((10#$(restarts "${job}_$element") == 1)); done
bits() { jq --sort-keys '[.layers, .sum]' "$1"; }
cmp <(bits alone.json) <(bits scores.json)
say 'the values have the bits of the tasks without Slurm'

# Elements of four tasks each, as where there are more tasks than an array may have. All are done, so they end at once.
job=$(sbatch "${small[@]}" --array=0-1 "$recipe" plan.json results/ 4)
until_true 60 is state "${job}_1" COMPLETED
until_true 60 is state "${job}_0" COMPLETED
say 'elements of several tasks: nothing was left to do'

rm results/*/2.arrow results/*/[45].arrow
missing=$("$program" status plan.json results/ --json 2>/dev/null | jq --raw-output .missing || true)
job=$(sbatch "${small[@]}" --array="$missing" "$recipe" plan.json results/)
until_true 60 "$program" status plan.json results/ >/dev/null 2>&1
say "an array of the missing tasks $missing"

cp plan.json changed.json
data x.npy 2
job=$(sbatch "${small[@]}" --array="0-$last%1" "$recipe" changed.json changed/)
merge=$(sbatch "${small[@]}" --dependency="afterany:$job" --wrap="$program status changed.json changed/")
until_true 60 merged
is state "${job}_0" FAILED
is exit_code "${job}_0" 5
[[ $(squeue --noheader --states=cancelled --jobs="$job" --Format=JobID:.20) && ! -e snnl-score-${job}_1.log ]]
is state "$merge" FAILED
is exit_code "$merge" 4
say "inputs that changed: the first element failed with exit code 5, the others were cancelled, status ended with 4"

printf '#!/bin/sh\nexit 75\n' >busy
chmod +x busy
job=$(SNNL_SCORE=$here/busy MOST_RESTARTS=1 sbatch "${small[@]}" --array=0 "$recipe" plan.json results/)
until_true 90 is state "${job}_0" FAILED
is exit_code "${job}_0" 75
((10#$(restarts "${job}_0") == 1))
say 'trouble that does not pass: the element failed with exit code 75 after its restart'
