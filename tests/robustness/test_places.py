"""Closed outputs, directories that cannot be used, and run folders that must not be executed or changed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.robustness.processes import QUICK, Process, ended, is_one_line, status

pytestmark = pytest.mark.slow


def test_a_worker_executes_nothing_that_the_run_folder_holds(tmp_path: Path) -> None:
    target = {"_target_": "subprocess.Popen", "args": ["touch", str(tmp_path / "canary")]}
    (tmp_path / "config.yaml").write_text(json.dumps({"runtime": target, "data": {"module": target}, "seed": 1}))
    command = [sys.executable, "-m", "wsed.training.worker", str(tmp_path)]
    worker = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert "EOFError" in worker.stderr
    assert not (tmp_path / "canary").exists()


def test_closed_outputs(begin_anew: Callable[..., Process], tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = begin_anew(*QUICK, "hydra.run.dir=pipe", stdout=writer)
    os.close(writer)
    code, err = ended(process)
    assert code == 1
    is_one_line(err, "standard output")
    # Without any of the three files: what is opened next must not get what is printed.
    shell = f'exec {sys.executable} -m wsed train "$@" <&- >&- 2>&-'
    command = ["sh", "-c", shell, "sh", *QUICK, "hydra.run.dir=closed"]
    assert subprocess.run(command, cwd=tmp_path).returncode == 0
    assert status(tmp_path / "closed")["status"] == "done"
    assert subprocess.run([*command, "nix=1"], cwd=tmp_path).returncode == 2


def test_places_that_cannot_be_used(
    begin: Callable[..., Process], begin_anew: Callable[..., Process], tmp_path: Path
) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code, err = ended(begin_anew(*QUICK, "hydra.run.dir=plain", environment=ascii_only))
    assert (code, err.strip()) == (0, "")
    code, err = ended(begin_anew(*QUICK, "pooling=gäp", environment=ascii_only))
    assert code == 2
    is_one_line(err, "pooling=g")
    code, err = ended(begin(*QUICK, "hydra.run.dir=home", environment={"HOME": "/nonexistent"}))
    assert (code, err.strip()) == (0, "")
    gone = tmp_path / "gone"
    gone.mkdir()
    shell = f'rmdir "$PWD"; exec {sys.executable} -m wsed train "$@"'
    done = subprocess.run(["sh", "-c", shell, "sh", *QUICK], cwd=gone, capture_output=True, text=True)
    assert done.returncode == 2
    is_one_line(done.stderr, "the working directory was deleted; cd to one that exists")


def test_a_refused_run_leaves_what_was_there(begin: Callable[..., Process], tmp_path: Path) -> None:
    code, err = ended(begin(*QUICK, "data.folds.test=[9]", "hydra.run.dir=a/b/run"))
    assert code == 2
    is_one_line(err, "fold 9 does not exist")
    assert list(tmp_path.iterdir()) == []
