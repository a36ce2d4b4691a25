"""`python -m snnl_score.ray` on a small cluster of Ray. In the place of the command is a program that fails as it is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

try:
    from ray.cluster_utils import Cluster
except ImportError as error:
    warnings.warn(f"SKIPPED: nothing was tested on a cluster of Ray: {error}", stacklevel=1)
    pytest.skip(f"Ray is not installed: {error}", allow_module_level=True)

if os.name != "posix":
    pytest.skip("the program is a shell script", allow_module_level=True)

STUB = Path(__file__).with_name("ray_stub.py")

LIMIT = 300
"""Seconds after which a run hangs."""

PLAN_ID = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def address():
    """Two machines of one core each, one with a GPU, as far as Ray knows."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    cluster.add_node(num_cpus=1, num_gpus=1)
    yield cluster.address
    cluster.shutdown()


@pytest.fixture
def launch(address, tmp_path, monkeypatch):
    """Starts the launcher on a plan of `tasks`, of which some fail as `attempts` says."""
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STUB}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("SNNL_SCORE_PROGRAM", str(program))
    monkeypatch.chdir(tmp_path)
    started = []

    def start(attempts=None, tasks=8, *flags):
        plan = {"id": PLAN_ID, "layers": [{}], "tasks": [{"pairs": 10}] * tasks, "attempts": attempts or {}}
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        typed = [sys.executable, "-m", "snnl_score.ray", "plan.json", "--out", "out", "--address", address, *flags]
        started.append(subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def results(tmp_path):
    return tmp_path / "out" / PLAN_ID


def finish(process):
    """Its exit code, and what it said."""
    printed, said = process.communicate(timeout=LIMIT)
    assert printed == ""
    return process.returncode, said


def attempts_of(results, task):
    return len(list((results / "log").glob(f"{task}.[0-9]")))


def done(results):
    return sorted(int(path.stem) for path in results.glob("*.arrow"))


def wait_for(condition):
    limit = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that nobody waits for is a zombie until its parent ends.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_everything_is_computed_once(launch, results):
    code, said = finish(launch(tasks=20))
    assert (code, done(results)) == (0, list(range(20))), said
    assert all(attempts_of(results, task) == 1 for task in range(20))
    assert "all 20 tasks are done: `snnl-score merge plan.json out`" in said
    # Nothing is left to do, which needs no cluster.
    code, said = finish(launch(None, 20, "--address", "127.0.0.1:1"))
    assert code == 0 and attempts_of(results, 3) == 1, said


def test_what_a_task_is_given(launch, results, tmp_path):
    code, said = finish(launch(None, 2))
    assert code == 0, said
    found = json.loads((results / "log" / "1.0").read_text())
    typed = ["partial", "plan.json", "--task", "1", "--out", "out", "--quiet"]
    assert found["typed"] == [*typed, "--threads", "1"] and Path(found["in"]) == tmp_path.resolve()
    (results / "1.arrow").unlink()
    flags = ["--cpus-per-task", "0", "--gpus-per-task", "0.5", "--threads-per-task", "3", "--", "--device", "cuda"]
    code, said = finish(launch(None, 2, *flags))
    assert code == 0, said
    found = json.loads((results / "log" / "1.1").read_text())
    assert (found["typed"], found["devices"]) == ([*typed, "--threads", "3", "--device", "cuda"], "0")


def test_failures_that_pass(launch, results):
    attempts = {1: [75], 2: ["killed"], 3: ["worker killed"], 4: [143, "killed"]}
    code, said = finish(launch(attempts))
    assert (code, done(results)) == (0, list(range(8))), said
    assert [attempts_of(results, task) for task in range(8)] == [1, 2, 2, 2, 3, 1, 1, 1]
    assert "task 1 ended with exit code 75" in said and "task 2 was ended by SIGKILL" in said
    assert "Ray: A worker died" in said


def test_failures_that_do_not_pass(launch, results):
    attempts = {1: [75] * 9, 2: ["worker killed"] * 9, 3: ["killed"] * 9}
    code, said = finish(launch(attempts, 8, "--retries", "1"))
    assert (code, done(results)) == (4, [0, 4, 5, 6, 7]), said
    assert [attempts_of(results, task) for task in (1, 2, 3)] == [2, 2, 2]
    assert "3 of 8 tasks remain: --task 1-3" in said and "error: task 1 fails with 75" in said
    # Another run goes on where this one stopped.
    code, said = finish(launch())
    assert (code, done(results)) == (0, list(range(8))), said
    assert attempts_of(results, 0) == 1


@pytest.mark.parametrize("fatal", [2, 3, 5])
def test_what_no_retry_helps_stops_everything(launch, results, fatal):
    code, said = finish(launch({2: [fatal], 0: ["slow"]}, 500))
    assert code == fatal, said
    assert f"error: task 2 fails with {fatal}" in said and f"task 2 ended with exit code {fatal}" in said
    assert len(done(results)) < 20 and attempts_of(results, 2) == 1
    # What was in flight was asked to end, not killed.
    assert (results / "log" / "0.terminated").exists()


def test_results_count_not_endings(launch, results):
    code, said = finish(launch({3: ["nothing"], 4: ["nothing"]}))
    assert code == 4, said
    assert "tasks 3-4 ended well, but left no whole result in `out`" in said
    assert "2 of 8 tasks remain: --task 3-4" in said


def test_damaged_and_foreign_results(launch, results):
    assert finish(launch())[0] == 0
    (results / "5.arrow").write_text("dama")
    code, said = finish(launch())
    assert (code, attempts_of(results, 5), attempts_of(results, 4)) == (0, 2, 1), said
    (results / "5.arrow").write_text("foreign")
    code, said = finish(launch())
    assert code == 5 and "error: a result of another plan" in said


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_tasks_too(launch, results, stop):
    process = launch({0: ["slow"], 1: ["slow"]})
    wait_for(lambda: (results / "log" / "0.pid").exists() and (results / "log" / "1.pid").exists())
    process.send_signal(stop)
    code, said = finish(process)
    assert code == 128 + stop and f"stopped by {stop.name}" in said
    assert all((results / "log" / f"{task}.terminated").exists() for task in (0, 1))
    assert [path.suffix for path in results.iterdir() if path.is_file()] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_no_task_outlives_its_worker(launch, results):
    process = launch({0: ["slow"], 1: ["slow"]})
    pids = [results / "log" / f"{task}.pid" for task in (0, 1)]
    wait_for(lambda: all(path.exists() and path.read_text() for path in pids))
    tasks = [int(path.read_text()) for path in pids]
    worker = int(Path(f"/proc/{tasks[0]}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not alive(tasks[0]))
    # A driver that is killed takes its workers along, and they their tasks.
    process.kill()
    wait_for(lambda: not alive(tasks[1]))
    code, said = finish(launch())
    assert (code, done(results)) == (0, list(range(8))), said


def test_an_address_without_a_cluster(launch):
    code, said = finish(launch(None, 8, "--address", "127.0.0.1:1"))
    assert code == 75 and said.startswith("error: cannot connect to Ray at `127.0.0.1:1`"), said
