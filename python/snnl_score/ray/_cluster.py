"""A Ray cluster as a place where tasks run."""

from __future__ import annotations

import logging
import socket
import time
from typing import Any, NamedTuple, Optional

import ray

from ._job import Ending, compute

_CANCELLED = 15.0
"""Seconds after which a task that was told to end is killed with its worker."""

_CONNECTED = 10.0
"""Seconds in which a cluster must answer."""

_NODES = 5.0
"""Seconds for which it is remembered what the machines of the cluster are."""


class Task(NamedTuple):
    """What is the same in all tasks."""

    program: Optional[str]
    arguments: list[str]
    """What follows the number in the command line."""
    plan: str
    directory: str
    cpus: float
    gpus: float


def connect(address: str) -> None:
    """Joins the cluster at an address, or with `local` starts one on this machine that ends with this process."""
    host, _, port = address.rpartition("//")[2].rpartition(":")
    if host and port.isdigit():
        # Ray would try for minutes.
        socket.create_connection((host.strip("[]"), int(port)), _CONNECTED).close()
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == "local":
        options["include_dashboard"] = False
    ray.init(address=address, **options)


class RayCluster:
    """The cluster that this process is connected to."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._compute = ray.remote(compute)
        self._capacity = 0
        self._counted: Optional[float] = None

    def capacity(self) -> int:
        now = time.monotonic()
        if self._counted is None or now - self._counted > _NODES:
            self._capacity = sum(self._fitting(node["Resources"]) for node in ray.nodes() if node["Alive"])
            self._counted = now
        return self._capacity

    def submit(self, task: int, retries: int) -> Any:
        options = {
            "num_cpus": self._task.cpus,
            "num_gpus": self._task.gpus,
            "max_retries": retries,
            "name": f"snnl-score task {task}",
        }
        arguments = ["partial", self._task.plan, "--task", str(task), *self._task.arguments]
        return self._compute.options(**options).remote(self._task.program, arguments, self._task.directory)

    def wait(self, handles: list[Any], seconds: float) -> list[Any]:
        ended, _ = ray.wait(handles, num_returns=1, timeout=seconds)
        if ended:
            ended, _ = ray.wait(handles, num_returns=len(handles), timeout=0)
        return list(ended)

    def ending(self, handle: Any) -> Ending:
        try:
            return Ending(*ray.get(handle))
        except ray.exceptions.RayTaskError as error:
            # Not the command failed, but what should have started it.
            return Ending(1, str(error), "")
        except ray.exceptions.RayError as error:
            # Ray adds a page about the state of the machine.
            return Ending(None, str(error).strip().partition("\n")[0], "")

    def cancel(self, handles: list[Any]) -> None:
        for force in (False, True):
            for handle in handles:
                ray.cancel(handle, force=force, recursive=False)
            _, handles = ray.wait(handles, num_returns=len(handles), timeout=_CANCELLED)
            if not handles:
                return

    def _fitting(self, resources: dict[str, float]) -> int:
        """How many tasks a machine with these can run at once."""
        asked = {"CPU": self._task.cpus, "GPU": self._task.gpus}
        return min(int(resources.get(name, 0.0) / amount) for name, amount in asked.items() if amount > 0)
