"""SIGTERM and SIGINT end a run, a sweep and each of their processes, at whatever moment."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.requirements import unavailable
from tests.robustness.processes import ENDLESS, QUICK, Process, ended, is_one_line, status, until
from wsed.sweeps.state import run_states

pytestmark = pytest.mark.slow

MOMENTS = {"import": ".lease", "training": "checkpoints/last.ckpt", "test": "postprocessing.json"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_stops_a_run(
    begin: Callable[..., Process],
    begin_anew: Callable[..., Process],
    tmp_path: Path,
    moment: str,
    number: signal.Signals,
) -> None:
    run = tmp_path / "outputs" / "run"
    # A test of some seconds.
    words = [*QUICK, "data.clips={train: 6, val: 0, test: 1500}"] if moment == "test" else ENDLESS
    # Only a new interpreter has something to import.
    process = (begin_anew if moment == "import" else begin)(*words, "hydra.run.dir=outputs/run")
    until((run / MOMENTS[moment]).exists, process)
    process.send_signal(number)
    # srun forwards what Slurm has sent already.
    process.send_signal(number)
    code, err = ended(process)
    assert code == 128 + number
    is_one_line(err, f"stopped by {number.name}")
    if moment == "import":
        assert not (tmp_path / "outputs").exists()
    else:
        assert status(run)["status"] == "stopped"
        assert not list(run.rglob(".*"))


@pytest.mark.parametrize("launcher", ["serial", "joblib"])
def test_a_signal_stops_a_sweep_and_its_processes(
    begin: Callable[..., Process], begin_anew: Callable[..., Process], tmp_path: Path, launcher: str
) -> None:
    if launcher == "joblib" and len(os.sched_getaffinity(0)) < 2:
        unavailable("needs two cores")
    jobs = ["launcher=joblib", "launcher.jobs=2"] if launcher == "joblib" else []
    process = (begin_anew if jobs else begin)("-m", *ENDLESS, "seed=1,2,3", "hydra.sweep.dir=sweep", *jobs)
    until(lambda: list(tmp_path.glob("sweep/*/checkpoints/last.ckpt")), process)
    process.send_signal(signal.SIGTERM)
    code, err = ended(process)
    assert code == 143
    assert err.splitlines()[-1].startswith("wsed: stopped by SIGTERM")
    until(lambda: not group_exists(process.pid), seconds=20)
    assert {state for state, _ in run_states(tmp_path / "sweep").values()} == {"stopped", "pending"}


def group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_signal_stops_every_process_of_a_run_on_several_devices(
    begin: Callable[..., Process], tmp_path: Path
) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        unavailable("needs two cores")
    process = begin(*ENDLESS, "test=last", "runtime=ddp", "runtime.accelerator=cpu", "hydra.run.dir=run")
    until((tmp_path / "run" / "checkpoints" / "last.ckpt").exists, process)
    process.send_signal(signal.SIGTERM)
    code, err = ended(process)
    assert code == 143
    assert "wsed: stopped by SIGTERM" in err
    until(lambda: not group_exists(process.pid), seconds=20)
    assert status(tmp_path / "run")["status"] == "stopped"
