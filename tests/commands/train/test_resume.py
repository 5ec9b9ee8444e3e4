"""A run that is killed and started again ends as if nothing had happened."""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from tests.conftest import Start
from tests.warm import Forked
from wsed.__main__ import main
from wsed.training.checkpoint_io import AtomicCheckpointIO
from wsed.training.loggers.metrics_csv import CurvesState, MetricsCsv

WORDS = [
    "mixing.duration=1.0",
    "data.soundbank.recordings=4",
    "data.batch_size=6",
    "network.widths=[4]",
    "mixing.excerpt=[0.25,1.0]",
    "mixing.second_event=0.4",
    "augmentation=stripes",
    "schedule=cosine",
    "trainer.max_epochs=6",
    "precision=32-true",
    "runtime.progress_bar=false",
    "evaluation.draws=0",
    "logger=csv",
]
SPLITS = {
    "last": ["data.clips={train: 60, val: 0, test: 3}", "keep_every=2"],
    "best": ["data.clips={train: 60, val: 6, test: 3}", "test=best", "schedule=plateau", "schedule.patience=0"],
}


def killed(run: Forked, when: Callable[[], bool], delay: float) -> None:
    """Kills a run a while after something was seen."""
    while run.poll() is None and not when():
        time.sleep(0.005)
    time.sleep(delay)
    run.kill()


def outcome(folder: Path) -> dict[str, Any]:
    """What must not differ."""
    results = json.loads((folder / "results.json").read_text())
    curves = pd.read_csv(folder / "metrics.csv")
    return {
        "metrics": results["metrics"],
        "weights": {
            path.name: torch.load(path, weights_only=True)["state_dict"] for path in folder.glob("checkpoints/*.ckpt")
        },
        "curves": curves.sort_index(axis=1).sort_values(["step", *sorted(curves.columns)]).reset_index(drop=True),
        "tags": (folder / "predictions" / "tags.tsv").read_bytes(),
    }


@pytest.mark.slow
@pytest.mark.parametrize("split", SPLITS)
def test_a_run_that_is_killed_goes_on_to_the_same_result(split: str, tmp_path: Path, start: Start) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"

    def train(folder: Path) -> Forked:
        return start("train", *WORDS, *SPLITS[split], f"hydra.run.dir={folder}")

    assert train(whole).wait() == 0
    rng = random.Random(0)
    last = torn / "checkpoints" / "last.ckpt"

    def newer(than: float) -> Callable[[], bool]:
        return lambda: last.exists() and last.stat().st_mtime > than

    # At once, before the curves of the epoch are written, then some time later.
    killed(train(torn), newer(0), 0.0)
    assert json.loads((torn / "status.json").read_text())["status"] == "running"
    killed(train(torn), newer(last.stat().st_mtime), rng.uniform(0, 0.3))
    # In the middle of the test.
    killed(train(torn), (torn / "postprocessing.json").exists, 0.0)
    assert train(torn).wait() == 0
    expected, found = outcome(whole), outcome(torn)
    assert found["metrics"] == expected["metrics"]
    assert found["tags"] == expected["tags"]
    pd.testing.assert_frame_equal(found["curves"], expected["curves"], check_exact=True)
    assert found["weights"].keys() == expected["weights"].keys()
    for name, weights in expected["weights"].items():
        for key, value in weights.items():
            assert torch.equal(value, found["weights"][name][key]), (name, key)


def test_a_run_that_is_not_to_be_resumed_starts_anew(tmp_path: Path) -> None:
    words = ["train", *WORDS, "data.clips={train: 6, val: 0, test: 3}", f"hydra.run.dir={tmp_path}/run"]
    assert main(words) == 0
    first = outcome(tmp_path / "run")
    for more in (["resume=never"], ["force=true"], []):
        # As a kill would leave it, with a checkpoint that has seen nothing.
        status = tmp_path / "run" / "status.json"
        status.write_text(status.read_text().replace("done", "running"))
        assert main([*words, *more]) == 0
        again = outcome(tmp_path / "run")
        assert again["metrics"] == first["metrics"]
        assert len(again["curves"]) == len(first["curves"])


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "last.ckpt"
    AtomicCheckpointIO().save_checkpoint({"epoch": 1}, path)

    def full(content: Any, file: Any) -> None:
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="No space left"):
        AtomicCheckpointIO().save_checkpoint({"epoch": 2}, path)
    assert torch.load(path, weights_only=True) == {"epoch": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["last.ckpt"]


class Epoch:
    """What `CurvesState` reads of a trainer at the end of an epoch."""

    current_epoch = 0
    global_step = 10
    callback_metrics = {"train/loss": torch.tensor(0.75), "val/loss": torch.tensor(0.5)}  # noqa: RUF012


def test_a_run_that_is_stopped_right_after_a_checkpoint_keeps_the_row_of_its_epoch(tmp_path: Path) -> None:
    killed = MetricsCsv(tmp_path / "killed.csv")
    killed.log_metrics({"epoch": 0, "val/loss": 0.5}, 9)
    state = CurvesState(killed)
    state.on_train_epoch_end(Epoch(), None)  # type: ignore[arg-type]  # of a trainer only what it reads
    resumed = MetricsCsv(tmp_path / "resumed.csv")
    CurvesState(resumed).load_state_dict(state.state_dict())
    # Lightning hands the row of an epoch to loggers after the checkpoint.
    killed.log_metrics({"epoch": 0, "train/loss": 0.75}, 9)
    resumed.write()
    expected = "epoch,step,val/loss,train/loss\n0,9,0.5,\n0,9,,0.75\n"
    assert resumed.path.read_text() == killed.path.read_text() == expected
