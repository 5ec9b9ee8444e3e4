"""Starts `wsed train` in processes of its own, and waits for what they do."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.small_run import SMALL
from tests.warm import Forked

QUICK = [*SMALL, "evaluation.draws=0", "trainer.max_epochs=1"]
LONG = [*SMALL, "evaluation.draws=0", "data.clips={train: 60, val: 6, test: 3}", "test=best"]
ENDLESS = [*LONG, "trainer.max_epochs=4000"]

Process = subprocess.Popen[str] | Forked


def start_anew(folder: Path, *words: str, stdout: Any = subprocess.PIPE, **more: Any) -> "subprocess.Popen[str]":
    """Starts `wsed train` in a folder, in an interpreter and a session of its own."""
    command = [sys.executable, "-m", "wsed", "train", *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    environment |= more.pop("environment", {})
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )


def until(holds: Callable[[], object], process: Process | None = None, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.01)


def ended(process: Process, seconds: float = 300) -> tuple[int, str]:
    """Exit code and standard error."""
    _, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err
    return process.returncode, err


def is_one_line(err: str, *parts: str) -> None:
    lines = [line for line in err.splitlines() if line]
    assert len(lines) == 1, err
    assert lines[0].startswith("wsed: ")
    for part in parts:
        assert part in lines[0]


def status(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "status.json").read_text())
    return found
