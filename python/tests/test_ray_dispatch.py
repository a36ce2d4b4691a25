"""How tasks are given to a cluster and tried again, on a cluster that is a list; none of it needs Ray."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from snnl_score.ray import _dispatch
from snnl_score.ray.__main__ import main
from snnl_score.ray._dispatch import Dispatch, default_window
from snnl_score.ray._job import Ending, compute
from snnl_score.ray._progress import Relay, duration
from snnl_score.ray._status import numbers, ranges

needs_shell = pytest.mark.skipif(os.name != "posix", reason="the program is a shell script")


class FakeCluster:
    """Ends the oldest task at each look, as `endings` says of its attempts, else well."""

    def __init__(self, endings=None, slots=4):
        self.endings = {task: list(codes) for task, codes in (endings or {}).items()}
        self.slots, self.in_flight, self.most, self.submitted, self.cancelled = slots, [], 0, [], []

    def capacity(self):
        return self.slots

    def submit(self, task, retries):
        handle = (len(self.submitted), task)
        self.submitted.append((task, retries))
        self.in_flight.append(handle)
        self.most = max(self.most, len(self.in_flight))
        return handle

    def wait(self, handles, seconds):
        assert sorted(handles) == self.in_flight
        return [self.in_flight.pop(0)]

    def ending(self, handle):
        codes = self.endings.get(handle[1])
        return Ending(codes.pop(0) if codes else 0, "the end of stderr", "node")

    def cancel(self, handles):
        self.cancelled += handles


class Said(list):
    def update(self, running):
        pass

    def done(self, task):
        pass

    def say(self, text):
        self.append(text)


def run(cluster, tasks, *, window=None, retries=3, stopped=lambda: False):
    said = Said()
    dispatch = Dispatch(cluster, said, window=window, retries=retries, pause=0.001)
    return dispatch.run(tasks, stopped), dispatch, said


def test_the_window_is_bounded():
    cluster = FakeCluster()
    failure, dispatch, _ = run(cluster, range(10_000), window=7)
    assert failure is None and dispatch.ended_well == set(range(10_000))
    assert cluster.most == 7 and len(cluster.submitted) == 10_000
    cluster = FakeCluster(slots=16)
    run(cluster, range(1000))
    assert cluster.most == default_window(16) == 18
    # One that has no machines yet grows by what waits.
    assert default_window(0) == 2


def test_the_window_follows_the_cluster():
    cluster = FakeCluster(slots=2)
    cluster.capacity = lambda: 2 if len(cluster.submitted) < 100 else 40
    run(cluster, range(1000))
    assert cluster.most == 45


@pytest.mark.parametrize("code", [75, -9, -11, 137, 143])
def test_what_may_pass_is_tried_again(code):
    cluster = FakeCluster({5: [code, code]})
    failure, dispatch, said = run(cluster, range(10))
    assert failure is None and 5 in dispatch.ended_well
    # What Ray may try again by itself is what is left.
    assert [entry for entry in cluster.submitted if entry[0] == 5] == [(5, 3), (5, 2), (5, 1)]
    assert len(said) == 2 and "trying again, 2 of 3" in said[1]


@pytest.mark.parametrize("code", [75, -9])
def test_a_task_is_given_up_and_others_go_on(code):
    cluster = FakeCluster({5: [code] * 100})
    failure, dispatch, said = run(cluster, range(50), retries=2)
    assert failure is None and dispatch.ended_well == set(range(50)) - {5}
    assert len([task for task, _ in cluster.submitted if task == 5]) == 3
    assert "given up\nthe end of stderr" in said[-1]


def test_a_lost_worker_was_replaced_as_often_as_it_may():
    cluster = FakeCluster({5: [None] * 100})
    failure, dispatch, said = run(cluster, range(10))
    assert failure is None and 5 not in dispatch.ended_well
    assert [entry for entry in cluster.submitted if entry[0] == 5] == [(5, 3)]
    assert said == ["task 5 lost its worker or machine, each time it was tried; given up\nthe end of stderr"]


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 101, 127])
def test_what_cannot_pass_stops_everything(code):
    cluster = FakeCluster({5: [code]})
    failure, _, _ = run(cluster, range(1000))
    assert failure == (5, Ending(code, "the end of stderr", "node"))
    assert len(cluster.submitted) < 20
    assert cluster.cancelled == cluster.in_flight != []


def test_many_in_a_row_are_the_fault_of_the_machines():
    cluster = FakeCluster({task: [75] * 100 for task in range(1000)})
    failure, _, _ = run(cluster, range(1000), retries=0)
    assert failure is not None and failure.ending.code == 75
    assert len(cluster.submitted) < _dispatch._BROKEN + 10


def test_a_stop_cancels_what_is_in_flight():
    cluster = FakeCluster()
    failure, dispatch, _ = run(cluster, range(1000), stopped=lambda: len(cluster.submitted) > 100)
    assert failure is None and cluster.cancelled == cluster.in_flight != []
    assert len(dispatch.ended_well) < 110


def test_numbers_of_tasks():
    assert numbers("17,40-43") == [17, 40, 41, 42, 43] and numbers("") == []
    assert ranges([43, 17, 40, 42, 41]) == "17,40-43" and ranges([]) == "" and ranges([0, 1]) == "0-1"
    assert [duration(seconds) for seconds in (0.4, 59.6, 61, 7260)] == ["0 s", "1 min 0 s", "1 min 1 s", "2 h 1 min"]


@needs_shell
def test_the_process_of_a_task(tmp_path):
    script = tmp_path / "program"
    script.write_text("#!/bin/sh\npwd >&2\nyes aaaaaaaaa | head -n 100000 >&2\necho the last line, $* >&2\nexit 7\n")
    script.chmod(0o755)
    code, text, _ = compute(str(script), ["partial", "--task", "3"], str(tmp_path))
    assert code == 7 and len(text) < 5000 and text.endswith("aaaa\nthe last line, partial --task 3")
    script.write_text("#!/bin/sh\npwd >&2\nkill -SEGV $$\n")
    assert compute(str(script), [], str(tmp_path))[:2] == (-11, str(tmp_path.resolve()))
    code, text, _ = compute(str(tmp_path / "none"), [], str(tmp_path))
    assert code == 127 and text.startswith("error: cannot start")
    code, text, _ = compute(str(script), [], str(tmp_path / "none"))
    assert code == 3 and "there is no directory" in text


def test_what_ray_says_is_shortened():
    said = []
    relay = Relay(said.append)
    print("\033[33m(raylet)\033[0m A worker died. To troubleshoot the problem, check the logs", file=relay)
    print("(raylet) Raylet is terminated. Possible reasons:\n    [state-dump] A\n\n", file=relay)
    assert said == ["Ray: A worker died", "Ray: Raylet is terminated"]


@pytest.mark.parametrize(
    "typed",
    [
        ["plan.json"],
        ["plan.json", "--out", "d", "--cpus-per-task", "0"],
        ["p", "--out", "d", "--window", "0"],
        ["p", "--out", "d", "--retries", "-1"],
    ],
)
def test_wrong_usage(typed, capsys):
    with pytest.raises(SystemExit) as raised:
        main(typed)
    assert raised.value.code == 2 and "error:" in capsys.readouterr().err


@needs_shell
@pytest.mark.parametrize(
    ("module", "code", "said"),
    [
        (
            "raise ImportError('no module named ray')",
            2,
            ["cannot import Ray", "cause: no module named ray", "hint: pip install 'snnl-score[ray]'"],
        ),
        (
            "def init(**_):\n    raise ConnectionError('there is no cluster')",
            75,
            [
                "cannot connect to Ray at `auto`",
                "cause: there is no cluster",
                "hint: --address local computes on this machine, without a cluster",
            ],
        ),
    ],
)
def test_there_is_no_ray_or_no_cluster(tmp_path, module, code, said):
    (tmp_path / "ray.py").write_text(module)
    (tmp_path / "plan.json").write_text('{"layers": [{}], "tasks": [{"pairs": 1}]}')
    answer = '{"tasks": 1, "missing": "0", "damaged": "", "pairs": 1, "pairs_done": 0}'
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho '{answer}'\nexit 4\n")
    program.chmod(0o755)
    start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from snnl_score.ray.__main__ import main; sys.exit(main())"
    typed = [sys.executable, "-c", start, str(tmp_path), str(tmp_path / "plan.json"), "--out", "d"]
    environment = {**os.environ, "SNNL_SCORE_PROGRAM": str(program)}
    done = subprocess.run(typed, capture_output=True, text=True, env=environment, check=False)
    found = [line.strip() for line in done.stderr.removeprefix("error: ").splitlines()]
    assert (done.returncode, found) == (code, said)
