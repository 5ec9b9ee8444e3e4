"""Which checkpoint a path stands for, and which config it is scored by."""

import json
from pathlib import Path

import pytest
import yaml

from wsed.errors import UserError
from wsed.inference.test_pass import run_config
from wsed.runs.checkpoints import find_checkpoint
from wsed.runs.folder import RunFolder

OWN = {
    "test": "best",
    "metrics": {"event_based": {"_target_": "wsed.metrics.event_based.EventBased", "collar": 0.2, "offset_share": 0.5}},
    "evaluation": {"_target_": "wsed.evaluation.evaluator.Evaluator", "_partial_": True, "draws": 7, "seed": 3},
    "postprocessing": {
        "_target_": "wsed.postprocessing.tuned.Tuned",
        "median": [0.5],
        **dict.fromkeys(("threshold", "clip_threshold", "collar", "offset_share", "dtc", "gtc"), 0.5),
    },
    "data": {
        "labels": ["gunshot"],
        "sample_rate": 16000,
        "module": {
            "_target_": "wsed.data.datamodules.exported_mixtures.ExportedMixtureDataModule",
            "root": "mixtures",
            "labels": ["gunshot"],
            "sample_rate": 16000,
            "batch_size": 4,
            "sampler": {"_target_": "wsed.data.samplers.shuffled.Shuffled"},
            "num_workers": 0,
            "shuffle_seed": 1,
        },
    },
    "mixing": {
        "_target_": "wsed.data.mixing.single_event.SingleEvent",
        "duration": 2.0,
        "event_to_background_ratio": [0.0, 0.0],
        "shares": {"background": 1, "event": 1, "mixture": 1},
    },
    "pooling": {"decay": 0.9},
    "trainer": {},
    "runtime": {},
    "precision": "32-true",
}
TESTED = ("metrics", "evaluation", "data", "mixing")
THRESHOLDS = {
    "_target_": "wsed.postprocessing.thresholds.Thresholds",
    "threshold": {"gunshot": 0.3},
    "hysteresis": 1.0,
    "median": {"gunshot": 0.2},
    "gap": 0.0,
    "minimum_duration": 0.0,
    "tag_threshold": 0.5,
}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run that has been tested with fitted thresholds."""
    folder = RunFolder(tmp_path / "run")
    folder.checkpoints.mkdir(parents=True)
    folder.config_path.write_text(yaml.safe_dump(OWN))
    folder.postprocessing_path.write_text(json.dumps(THRESHOLDS))
    return folder


def test_a_run_stands_for_the_weights_that_it_was_tested_with(run: RunFolder) -> None:
    with pytest.raises(UserError, match="has no checkpoint yet"):
        find_checkpoint(run.path)
    run.last_checkpoint.touch()
    assert find_checkpoint(run.path)[0] == run.last_checkpoint
    run.best_checkpoint.touch()
    found, folder = find_checkpoint(run.path)
    assert found == run.best_checkpoint
    assert folder is not None
    assert folder.path == run.path


def test_a_file_stands_for_itself_and_knows_its_run(run: RunFolder, tmp_path: Path) -> None:
    run.last_checkpoint.touch()
    found, folder = find_checkpoint(run.last_checkpoint)
    assert found == run.last_checkpoint
    assert folder is not None
    assert folder.path == run.path
    lone = tmp_path / "lone.ckpt"
    lone.touch()
    assert find_checkpoint(lone) == (lone, None)


def test_without_overrides_a_run_is_scored_by_its_own_config_and_its_fitted_post_processing(run: RunFolder) -> None:
    found = run_config(run.last_checkpoint, run, [])
    assert {key: found[key] for key in TESTED} == {key: OWN[key] for key in TESTED}
    assert found["postprocessing"] == THRESHOLDS
    # What belongs to the training is left out, and devices are those of this machine.
    assert "pooling" not in found
    assert found["runtime"]["accelerator"] == "auto"


def test_a_key_changes_one_value_and_leaves_the_rest(run: RunFolder) -> None:
    words = ["metrics.event_based.collar=0.1", "postprocessing.median=0.5", "evaluation.draws=0"]
    found = run_config(run.last_checkpoint, run, words)
    assert found["metrics"]["event_based"] == {**OWN["metrics"]["event_based"], "collar": 0.1}  # type: ignore[index]
    assert found["postprocessing"] == {**THRESHOLDS, "median": 0.5}
    assert found["evaluation"] == {**OWN["evaluation"], "draws": 0}  # type: ignore[dict-item]
    assert {key: found[key] for key in ("data", "mixing")} == {key: OWN[key] for key in ("data", "mixing")}


def test_a_choice_replaces_a_section_and_a_plus_adds_a_metric(run: RunFolder) -> None:
    found = run_config(run.last_checkpoint, run, ["metrics=[separation]", "postprocessing=smooth"])
    assert list(found["metrics"]) == ["separation"]
    assert (found["postprocessing"]["threshold"], found["postprocessing"]["median"]) == (0.5, 0.5)
    more = run_config(run.last_checkpoint, run, ["+metrics=separation", "metrics.event_based.collar=0.3"])
    assert list(more["metrics"]) == ["event_based", "separation"]
    assert more["metrics"]["event_based"] == {**OWN["metrics"]["event_based"], "collar": 0.3}  # type: ignore[index]
    fewer = run_config(run.last_checkpoint, run, ["+metrics=separation", "~metrics.event_based"])
    assert list(fewer["metrics"]) == ["separation"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("metrics.event_based.colar=1", "Did you mean metrics.event_based.collar?"),
        ("metrics.frame_based.x=1", "metrics.frame_based.x: there is no such key"),
        (
            "pooling=gap",
            "pooling: cannot be changed here; only data, mixing, metrics, evaluation, postprocessing, runtime can",
        ),
        ("evaluation.draws=many", "evaluation.draws: is 'many'; it needs a whole number"),
        ("data.clips.test=3", "the run does not say yet which choice it is; add data=CHOICE"),
    ],
)
def test_an_override_that_fits_nothing_is_refused(word: str, said: str, run: RunFolder) -> None:
    with pytest.raises(UserError) as refused:
        run_config(run.last_checkpoint, run, [word])
    assert said in str(refused.value)


def test_a_run_of_an_earlier_version_says_so(run: RunFolder) -> None:
    run.config_path.write_text(yaml.safe_dump({"test": "last", "evaluation": {"collar": 0.2}}))
    with pytest.raises(UserError, match="an earlier version of wsed"):
        run_config(run.last_checkpoint, run, [])
