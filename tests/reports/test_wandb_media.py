"""What Weights & Biases shows of run folders with known content."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wsed.errors import UserError
from wsed.reports import wandb_media
from wsed.reports.wandb_media import run_media
from wsed.runs.folder import RunFolder

MakeRun = Callable[..., Path]


def test_a_system_with_masks_has_pictures_of_them_and_sounds(make_run: MakeRun) -> None:
    media, left_out = run_media(RunFolder(make_run("a", "gap")))
    assert left_out == []
    assert set(media) == {"by_class", "masks", "sounds/mixture", "sounds/truth", "sounds/separated"}
    assert all(len(shown) == 2 for name, shown in media.items() if name != "by_class")


def test_a_system_without_masks_has_pictures_of_its_saliency(make_run: MakeRun) -> None:
    media, _ = run_media(RunFolder(make_run("a", "gap", masks=False)))
    assert set(media) == {"by_class", "saliency", "sounds/mixture", "sounds/truth"}
    assert len(media["saliency"]) == 2


def test_the_table_has_the_scores_that_a_run_has(make_run: MakeRun) -> None:
    metrics = {"frame/map": 0.5, "frame/class/baby_cry/ap": 0.25, "frame/class/glass_break/ap": None}
    media, _ = run_media(RunFolder(make_run("a", "gap", examples=False, metrics=metrics)))
    assert set(media) == {"by_class"}
    assert media["by_class"].columns == ["class", "frame/ap"]
    assert media["by_class"].data == [["baby_cry", 0.25], ["glass_break", None]]


def test_a_run_without_scores_by_class_has_no_table(make_run: MakeRun) -> None:
    assert run_media(RunFolder(make_run("a", "gap", examples=False, metrics={"frame/map": 0.5}))) == ({}, [])


def test_there_are_few_clips(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wandb_media, "MOST_CLIPS", 1)
    media, _ = run_media(RunFolder(make_run("a", "gap")))
    assert [len(media[name]) for name in ("masks", "sounds/truth")] == [1, 1]


def test_a_damaged_file_is_named_and_the_rest_is_there(make_run: MakeRun) -> None:
    folder = RunFolder(make_run("a", "gap"))
    np.savez(folder.predictions.examples, filename=np.array(["clip_a.wav"]))
    media, (reason,) = run_media(folder)
    assert reason.startswith(f"{folder.predictions.examples}: is damaged (")
    assert set(media) == {"by_class"}


def test_a_run_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        run_media(RunFolder(tmp_path / "nowhere"))
