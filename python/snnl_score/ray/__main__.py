"""The command line of `python -m snnl_score.ray`."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
from typing import Any, Optional, Sequence

from ._dispatch import PASSING_TROUBLE, Dispatch, Failure, describe
from ._progress import Progress, Relay
from ._status import DONE, Status, StatusError, ranges, read_status

USAGE = 2

_HELP = """\
Flags of `snnl-score partial` may follow after --, for example: -- --device cuda --memory 8GiB

Tasks run in the current directory; the plan, its data and DIR must be there on every machine, and so must the package.
Running it again computes what is missing. Exit codes are those of `snnl-score status`: 0 all tasks are done, 3 some results
are damaged, 4 some tasks have no result, 5 a result belongs to another plan; or the exit code of a task that cannot be
computed, 75 if the cluster is in the way, 130 and 143 after a signal.
"""


def main(typed: Optional[Sequence[str]] = None) -> int:
    """Computes the tasks that have no result, and returns the exit code."""
    given = _parse(list(sys.argv[1:] if typed is None else typed))
    program = os.environ.get("SNNL_SCORE_PROGRAM") or None
    try:
        status = read_status(program, given.plan, given.out)
        if status.code == DONE:
            return _conclude(status, given, set())
        progress = _progress(given.plan, status)
        with contextlib.redirect_stdout(Relay(progress.say)):
            code, ended_well = _compute(given, program, status, progress)
        # How the processes ended is no proof: what counts is which results are there.
        return code or _conclude(read_status(program, given.plan, given.out), given, ended_well)
    except StatusError as error:
        print(error, file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _compute(given: argparse.Namespace, program: Optional[str], status: Status, progress: Progress) -> tuple[int, set[int]]:
    """Runs the tasks that remain; returns the exit code if it is known already, and the tasks that ended well."""
    # A task that is killed because memory is short would else be tried for ever. Ray reads this as it is imported.
    os.environ.setdefault("RAY_task_oom_retries", str(given.retries))
    try:
        import ray
    except ImportError as error:
        return _error("cannot import Ray", error, "pip install 'snnl-score[ray]'", USAGE), set()
    from ._cluster import RayCluster, Task, connect

    try:
        connect(given.address)
    except (OSError, ImportError, RuntimeError, ValueError) as error:
        hint = "--address local computes on this machine, without a cluster"
        code = PASSING_TROUBLE if isinstance(error, OSError) else USAGE
        return _error(f"cannot connect to Ray at `{given.address}`", error, hint, code), set()
    signals = _Signals()
    try:
        task = Task(program, _arguments(given), given.plan, os.getcwd(), given.cpus_per_task, given.gpus_per_task)
        cluster = RayCluster(task)
        if cluster.capacity() == 0:
            progress.say("note: no machine of the cluster has what a task asks for; waiting for one")
        dispatch = Dispatch(cluster, progress, window=given.window, retries=given.retries)
        failure = dispatch.run(status.remaining, lambda: signals.received is not None)
    except (ConnectionError, ray.exceptions.RayError) as error:
        return _error("lost the connection to the cluster", error, "run the same again to go on", PASSING_TROUBLE), set()
    finally:
        progress.close()
        signals.restore()
        ray.shutdown()
    if signals.received is not None:
        print(f"stopped by {signals.received.name}; run the same again to go on", file=sys.stderr)
        return 128 + signals.received, set()
    return (_failed(failure) if failure else 0), dispatch.ended_well


def _conclude(status: Status, given: argparse.Namespace, ended_well: set[int]) -> int:
    if status.code == DONE:
        print(f"all {status.tasks} tasks are done: `snnl-score merge {given.plan} {given.out}`", file=sys.stderr)
        return DONE
    print(status.text, file=sys.stderr)
    lost = ended_well.intersection(status.remaining)
    if lost:
        where = f"`{given.out}`: is it the same directory on all machines?"
        print(f"note: tasks {ranges(lost)} ended well, but left no whole result in {where}", file=sys.stderr)
    print(f"{len(status.remaining)} of {status.tasks} tasks remain: --task {ranges(status.remaining)}", file=sys.stderr)
    return status.code


def _failed(failure: Failure) -> int:
    """Shows the message of a task, and returns the exit code that it stands for."""
    task, ending = failure
    print(f"{ending.text}\ntask {task} {describe(ending)}; all others were stopped".lstrip(), file=sys.stderr)
    return ending.code if ending.code is not None and 0 < ending.code < 128 else PASSING_TROUBLE


def _error(what: str, error: Exception, hint: str, code: int) -> int:
    cause = " ".join(str(error).split()) or type(error).__name__
    print(f"error: {what}\n  cause: {cause}\n  hint: {hint}", file=sys.stderr)
    return code


def _progress(path: str, status: Status) -> Progress:
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    pairs = [task["pairs"] * len(plan["layers"]) for task in plan["tasks"]]
    return Progress(pairs, status.pairs, status.pairs_done, status.tasks - len(status.remaining))


class _Signals:
    """Notes SIGINT and SIGTERM; a second one has its usual effect."""

    def __init__(self) -> None:
        self.received: Optional[signal.Signals] = None
        self._before = {number: signal.signal(number, self._receive) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, _frame: Any) -> None:
        self.received = signal.Signals(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _arguments(given: argparse.Namespace) -> list[str]:
    """What follows the number of a task: by default as many threads as it has cores, for its machine runs other tasks, too."""
    chosen = any(flag == "--threads" or flag.startswith("--threads=") for flag in given.further)
    threads = given.threads_per_task or max(1, int(given.cpus_per_task))
    return ["--out", given.out, "--quiet", *([] if chosen else ["--threads", str(threads)]), *given.further]


def _parse(typed: list[str]) -> argparse.Namespace:
    at = typed.index("--") if "--" in typed else len(typed)
    parser = argparse.ArgumentParser(
        prog="python -m snnl_score.ray",
        usage="%(prog)s PLAN --out DIR [options] [-- flags of partial]",
        description="Compute the tasks of a plan on a Ray cluster.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("plan", metavar="PLAN", help="the plan, as `snnl-score plan` wrote it")
    add("--out", metavar="DIR", required=True, help="the directory of the results")
    add("--cpus-per-task", metavar="N", type=_amount, default=1.0, help="cores that a task has to itself [default: 1]")
    add("--gpus-per-task", metavar="N", type=_amount, default=0.0, help="GPUs that it has, 0.5 for half a one [default: 0]")
    add("--threads-per-task", metavar="N", type=_count, help="threads of a task [default: its cores]")
    add("--address", metavar="ADDRESS", default="auto", help="auto, local, HOST:PORT or ray://HOST:PORT [default: auto]")
    add("--retries", metavar="N", type=_number, default=3, help="how often a task is tried again [default: 3]")
    add("--window", metavar="N", type=_count, help="tasks in flight [default: what the cluster can run, and a few]")
    given = parser.parse_args(typed[:at])
    given.further = typed[at + 1 :]
    if given.cpus_per_task == given.gpus_per_task == 0:
        parser.error("a task needs some of a core or of a GPU")
    return given


def _amount(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e6:
        raise ValueError(text)
    return value


def _number(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def _count(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
