#!/usr/bin/env python3
"""Checks kubernetes.yaml without a cluster: against the schemas of Kubernetes, and by running what its containers would run.

    pip install kubernetes-validate
    python3 examples/cluster/check.py [PROGRAM]      default: target/release/snnl-score

The schemas come with the package, which needs no network; unknown fields are refused. They do not say everything that an API
server does, so the rules of Jobs with a policy for failures are checked here, too. Then the arguments of the containers run in a
directory that stands for the volume, with one attempt of a task that is killed, and with data that changed.
"""

import copy
import json
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile

import kubernetes_validate
import yaml

HERE = pathlib.Path(__file__).resolve().parent
# `backoffLimitPerIndex` is on by default since 1.29.
VERSIONS = [f"1.{minor}" for minor in range(29, 38)]
ROWS, DIM, CLASSES = 24_000, 4, 5


def refused(manifest, version):
    try:
        kubernetes_validate.validate(manifest, version, strict=True)
    except kubernetes_validate.ValidationError:
        return True
    return False


def check_schemas(manifests):
    for version in VERSIONS:
        for manifest in manifests.values():
            kubernetes_validate.validate(manifest, version, strict=True)
        # A check that refuses nothing would not be one.
        for path, value in [("completionsMode", "Indexed"), ("backoffLimitPerIndex", "5"), ("podFailurePolicy", {"rules": [{}]})]:
            wrong = copy.deepcopy(manifests["tasks"])
            wrong["spec"][path] = value
            assert refused(wrong, version), (version, path)
    print(f"{len(manifests)} manifests are valid from Kubernetes {VERSIONS[0]} to {VERSIONS[-1]}")


def container(manifest):
    (only,) = manifest["spec"]["template"]["spec"]["containers"]
    return only


def check_rules(manifests):
    """What an API server checks beyond the schema, and what the manifests say twice."""
    for step in ("plan", "tasks", "merge"):
        pod = manifests[step]["spec"]["template"]["spec"]
        assert pod["restartPolicy"] == "Never", "a policy for failures needs it"
        mounted = {mount["name"] for mount in container(manifests[step])["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
        claims = [volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"] if "persistentVolumeClaim" in volume]
        assert claims == [manifests["data"]["metadata"]["name"]]
    tasks = manifests["tasks"]["spec"]
    assert tasks["completionMode"] == "Indexed", "`backoffLimitPerIndex` needs it"
    assert tasks["parallelism"] <= tasks["completions"] <= 100_000, "an API server refuses more with a limit for each index"
    assert len(tasks["podFailurePolicy"]["rules"]) <= 20
    for rule in tasks["podFailurePolicy"]["rules"]:
        assert ("onExitCodes" in rule) != ("onPodConditions" in rule)
        if codes := rule.get("onExitCodes"):
            assert codes["containerName"] == container(manifests["tasks"])["name"]
            assert codes["values"] == sorted(set(codes["values"])) and 0 not in codes["values"]
    plan = container(manifests["plan"])["args"]
    assert int(plan[plan.index("--tasks") + 1]) == tasks["completions"], "`--tasks` and `completions` differ"
    limits = container(manifests["tasks"])["resources"]["limits"]
    given = dict(flag.lstrip("-").split("=") for flag in container(manifests["tasks"])["args"] if "=" in flag)
    assert given["threads"] == limits["cpu"]
    assert int(given["memory"].removesuffix("GiB")) < int(limits["memory"].removesuffix("Gi"))
    print("the rules beyond the schema hold")


def action(policy, code=None, condition=None):
    """What the Job does about a failed pod: its first rule that fits, else `Count`."""
    for rule in policy["rules"]:
        codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions", [])
        if any(one["type"] == condition for one in conditions):
            return rule["action"]
        if codes and codes["operator"] == "In" and code in codes["values"]:
            return rule["action"]
    return "Count"


def check_policy(policy):
    assert [action(policy, code) for code in (2, 3, 5)] == ["FailJob"] * 3
    assert [action(policy, code) for code in (75, 130, 137, 143)] == ["Count"] * 4
    assert [action(policy, code, "DisruptionTarget") for code in (3, 75, 143)] == ["Ignore"] * 3


def save(path, descr, shape, numbers):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    packed = struct.pack(f"<{len(numbers)}{'f' if descr == '<f4' else 'q'}", *numbers)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + packed)


def activations(volume, seed):
    dice = random.Random(seed)
    save(volume / "embeddings/x.npy", "<f4", (ROWS, DIM), [dice.random() for _ in range(ROWS * DIM)])


def run_pods(program, manifests):
    """The Jobs in a directory in place of the volume, pod after pod."""

    def pod(step, index=None):
        args = [str(arg).replace("$(JOB_COMPLETION_INDEX)", str(index)) for arg in container(manifests[step])["args"]]
        # This machine is smaller than a node.
        args = [arg for arg in args if not arg.startswith(("--threads=", "--memory="))]
        return [program, *args]

    with tempfile.TemporaryDirectory() as name:
        volume = pathlib.Path(name)
        (volume / "embeddings").mkdir()
        activations(volume, 1)
        save(volume / "embeddings/y.npy", "<i8", (ROWS,), [row % CLASSES for row in range(ROWS)])

        def code(*command):
            return subprocess.run(command, cwd=volume, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).returncode

        spec = manifests["tasks"]["spec"]
        assert code(*pod("plan")) == 0
        planned = len(json.loads((volume / "plan.json").read_text())["tasks"])
        indices = range(min(spec["completions"], planned))
        for index in indices[1:]:
            assert code(*pod("tasks", index)) == 0, index
        killed = subprocess.Popen(pod("tasks", 0), cwd=volume)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
        assert code(*pod("merge")) == 4, "a task is missing"
        assert code(*pod("tasks", 0)) == 0, "the second attempt"
        assert code(*pod("tasks", 0)) == 0, "a third, which has nothing to do"
        assert code(*pod("merge")) == 0
        scores = json.loads((volume / "scores.json").read_text())
        assert scores["run"]["tasks"] == planned
        # An index that the plan does not have.
        assert action(spec["podFailurePolicy"], code(*pod("tasks", planned))) == "FailJob"
        activations(volume, 2)
        (volume / "results").rename(volume / "before")
        assert action(spec["podFailurePolicy"], code(*pod("tasks", 1))) == "FailJob"
    print(f"the containers' commands did {planned} tasks, one of them after it was killed, and merged them")


def main():
    program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "../../target/release/snnl-score").resolve()
    documents = list(yaml.safe_load_all((HERE / "kubernetes.yaml").read_text()))
    manifests = {document["metadata"]["labels"]["step"]: document for document in documents}
    assert list(manifests) == ["data", "plan", "tasks", "merge"]
    check_schemas(manifests)
    check_rules(manifests)
    check_policy(manifests["tasks"]["spec"]["podFailurePolicy"])
    run_pods(str(program), manifests)


if __name__ == "__main__":
    main()
