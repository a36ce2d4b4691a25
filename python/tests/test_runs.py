"""How runs behave: they end on Ctrl-C, let other threads run, and show how they go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import snnl_score
from conftest import COMMAND
from snnl_score._progress import Listener


def long_run():
    """Half a minute's work, and more."""
    rows = np.random.default_rng(1).standard_normal((40_000, 512)).astype("float32")
    return rows, np.arange(len(rows)) % 10


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")
def test_ctrl_c_ends_a_run(monkeypatch):
    x, y = long_run()
    told = []
    monkeypatch.setattr(Listener, "progress", lambda self, layer, done, expected: told.append((done, expected)))
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        snnl_score.score(x, y, precision="f64")
    # What is told last is how far the run came.
    done, expected = told[-1]
    assert done < expected
    # The next run knows nothing of it.
    assert snnl_score.score(x[:100], y[:100], 0.1).snnl.shape == (1, 1)
    assert told[-1][0] == told[-1][1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_run_meanwhile():
    x, y = long_run()
    x, y = x[:8000], y[:8000]
    turns, done = [], threading.Event()

    def count():
        while not done.is_set():
            turns.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        start = time.monotonic()
        snnl_score.score(x, y, precision="f64", progress=False)
        end = time.monotonic()
    finally:
        done.set()
        thread.join()
    assert len([turn for turn in turns if start < turn < end]) > 10


def test_several_threads_score_at_once(x, y):
    expected = snnl_score.score(x, y).snnl.tobytes()
    found = []
    threads = [threading.Thread(target=lambda: found.append(snnl_score.score(x, y).snnl.tobytes())) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert found == [expected] * 4


def test_a_bar_shows_how_it_goes(capsys):
    pytest.importorskip("tqdm")
    x, y = long_run()
    snnl_score.score(x[:12_000], y[:12_000], precision="f64", progress=True)
    assert "pair/s" in capsys.readouterr().err
    snnl_score.score(x[:500], y[:500], progress=None)
    assert capsys.readouterr().err == ""


def test_the_command_is_installed_beside_the_package():
    version = subprocess.run([COMMAND, "--version"], capture_output=True, text=True, check=True).stdout
    assert version == f"snnl-score {snnl_score.__version__}\n"
    module = [sys.executable, "-m", "snnl_score", "--version"]
    assert subprocess.run(module, capture_output=True, text=True, check=True).stdout == version
    refused = subprocess.run([COMMAND, "none.npy", "--labels", "y.npy"], capture_output=True, text=True, check=False)
    assert refused.returncode == 3 and refused.stderr.startswith("error: cannot read")


def test_the_command_waits_for_no_library():
    loaded = "import sys; sys.argv = ['snnl-score', '--version']; from snnl_score.__main__ import main; main(); "
    check = "assert not {'numpy', 'torch', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", loaded + check], check=True, capture_output=True)
