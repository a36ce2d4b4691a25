"""Stands for the command in tests of the Ray launcher: tasks take no time, and fail as the plan says.

The plan's `attempts` has a list for each task that fails: what happens at its first attempt, at its second, and so on.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path


def ranges(tasks: list[int]) -> str:
    return ",".join(map(str, tasks))


def status(plan: dict, directory: Path) -> int:
    contents = [directory / f"{task}.arrow" for task in range(len(plan["tasks"]))]
    contents = [path.read_text() if path.exists() else None for path in contents]
    missing = [task for task, text in enumerate(contents) if text is None]
    damaged = [task for task, text in enumerate(contents) if text not in (None, "whole")]
    if "foreign" in contents:
        print("error: a result of another plan", file=sys.stderr)
        return 5
    pairs = [task["pairs"] for task in plan["tasks"]]
    answer = {
        "schema_version": 1,
        "plan": plan["id"],
        "tasks": len(pairs),
        "done": len(pairs) - len(missing) - len(damaged),
        "missing": ranges(missing),
        "damaged": ranges(damaged),
        "pairs": sum(pairs),
        "pairs_done": sum(pairs[task] for task, text in enumerate(contents) if text == "whole"),
    }
    print(json.dumps(answer))
    return 3 if damaged else 4 if missing else 0


def partial(plan: dict, directory: Path, task: int) -> int:
    log = directory / "log"
    log.mkdir(parents=True, exist_ok=True)
    attempt = 0
    while True:
        try:
            with open(log / f"{task}.{attempt}", "x") as file:
                started = {"typed": sys.argv[1:], "in": os.getcwd(), "devices": os.environ.get("CUDA_VISIBLE_DEVICES")}
                json.dump(started, file)
            break
        except FileExistsError:
            attempt += 1
    attempts = plan["attempts"].get(str(task), [])
    what = attempts[attempt] if attempt < len(attempts) else "done"
    if isinstance(what, int):
        print(f"error: task {task} fails with {what}", file=sys.stderr)
        return what
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "worker killed":
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    if what == "slow":

        def ended(*_: object) -> None:
            (log / f"{task}.terminated").touch()
            sys.exit(143)

        signal.signal(signal.SIGTERM, ended)
        (log / f"{task}.pid").write_text(str(os.getpid()))
        time.sleep(60)
    if what != "nothing":
        temporary = directory / f"{task}.{os.getpid()}"
        temporary.write_text("whole")
        temporary.rename(directory / f"{task}.arrow")
    return 0


def main() -> int:
    command, path, *typed = sys.argv[1:]
    plan = json.loads(Path(path).read_text())
    if command == "status":
        return status(plan, Path(typed[0]) / plan["id"])
    flags = dict(zip(typed, typed[1:]))
    return partial(plan, Path(flags["--out"]) / plan["id"], int(flags["--task"]))


if __name__ == "__main__":
    sys.exit(main())
