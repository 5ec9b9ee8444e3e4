"""A finished run is scored anew: by its checkpoint, and without the system by what it left."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score

from wsed.__main__ import main
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.validate import validate
from wsed.systems.base import System

Evaluate = Callable[..., dict[str, float]]


@pytest.fixture(scope="module")
def run(trained: Callable[..., Path]) -> Path:
    """The folder of a small run."""
    return trained("postprocessing.threshold=0.3", "postprocessing.median=0.2")


@pytest.fixture
def evaluate(tmp_path: Path) -> Evaluate:
    """Runs `wsed evaluate` and returns what it writes."""

    def evaluated(*words: str) -> dict[str, float]:
        out = tmp_path / "out.json"
        assert main(["evaluate", *words, "--json", str(out)]) == 0
        found: dict[str, float] = json.loads(out.read_text())
        return found

    return evaluated


def metrics(run: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads((run / "results.json").read_text())["metrics"]
    return found


def predicted(checkpoint: Path, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Clip probabilities and tags of a test split, clip by clip: `(clip, class)` twice."""
    with hydra_initialized():
        data = instantiate(validate(compose_config(words))["data"]["module"])
    data.setup()
    system = System.load(checkpoint)
    batches = [data.datasets["test"][[(0, index)]] for index in range(len(data.datasets["test"]))]
    with torch.no_grad():
        probs = [system(batch.waveform).clip_probs for batch in batches]
    return torch.cat(probs).numpy(), torch.cat([batch.weak for batch in batches]).numpy()


def scores_only(found: dict[str, float]) -> dict[str, float]:
    return {
        name: value for name, value in found.items() if not name.startswith("parameters/") and "/curve/" not in name
    }


def test_a_checkpoint_has_the_scores_of_its_run(run: Path, evaluate: Evaluate) -> None:
    expected = metrics(run)
    assert scores_only(evaluate("--checkpoint", str(run))) == expected
    assert scores_only(evaluate("--checkpoint", str(run / "checkpoints" / "last.ckpt"))) == expected


def test_a_checkpoint_is_scored_by_the_metrics_and_the_fitted_post_processing_of_its_run(
    trained: Callable[..., Path], evaluate: Evaluate
) -> None:
    values = ["postprocessing=tuned", "postprocessing.median=[0.0,0.2]"]
    tuned = trained(
        "data.clips.val=6",
        *values,
        "metrics.event_based.offset_share=0.5",
        "~metrics.psds_scenario2",
        "evaluation.draws=20",
    )
    found = evaluate("--checkpoint", str(tuned))
    assert scores_only(found) == metrics(tuned)
    assert found["parameters/event_based/offset_share"] == 0.5
    assert "psds/scenario1" in found
    assert "psds/scenario2" not in found
    assert scores_only(evaluate("--checkpoint", str(tuned), *values)) == metrics(tuned)
    assert scores_only(evaluate("--checkpoint", str(tuned), "postprocessing=plain")) != metrics(tuned)
    changed = evaluate("--checkpoint", str(tuned), "metrics.event_based.collar=0.7", "evaluation.draws=0")
    assert changed["parameters/event_based/offset_share"] == 0.5
    assert changed["parameters/event_based/collar"] == 0.7
    assert not any(name.endswith("ci95") for name in changed)
    # What the collar has no influence on has the same scores, so that the post-processing is still the fitted one.
    for name, value in metrics(tuned).items():
        if name.startswith("segment_based/") and not name.endswith("ci95"):
            assert changed[name] == value


def test_a_key_changes_the_data_of_the_run(run: Path, evaluate: Evaluate) -> None:
    fewer = evaluate("--checkpoint", str(run), "data.clips.test=3", "evaluation.draws=0")
    chosen = ["data=generated", "data.soundbank.recordings=4", "data.clips.test=3", "mixing.duration=1.0"]
    again = evaluate("--checkpoint", str(run), *chosen, "evaluation.draws=0")
    assert scores_only(fewer) == scores_only(again)
    assert scores_only(fewer) != {name: metrics(run)[name] for name in scores_only(fewer)}


def test_a_choice_replaces_a_section_and_another_adds_a_metric(run: Path, evaluate: Evaluate) -> None:
    one = evaluate("--checkpoint", str(run), "metrics=[segment_based]", "evaluation.draws=0")
    assert {name.split("/")[0] for name in scores_only(one)} == {"segment_based"}
    plain = evaluate("--checkpoint", str(run), "postprocessing=plain", "metrics=[segment_based]", "evaluation.draws=0")
    assert scores_only(plain) != scores_only(one)


def test_what_a_run_left_has_its_scores_without_the_system(run: Path, evaluate: Evaluate) -> None:
    left = run / "predictions"
    files = ["--reference", str(left / "reference.tsv"), "--durations", str(left / "durations.tsv")]
    files += ["evaluation.draws=20"]
    post = ["postprocessing.threshold=0.3", "postprocessing.median=0.2"]
    found = scores_only(evaluate("--scores", str(left / "scores"), "--tags", str(left / "tags.tsv"), *files, *post))
    expected = {name: value for name, value in metrics(run).items() if not name.startswith("separation/")}
    assert found.keys() == expected.keys()
    for name, value in found.items():
        # Files hold as many digits as float32 has.
        assert value == pytest.approx(expected[name], abs=1e-6, nan_ok=True), name
    events = scores_only(evaluate("--events", str(left / "events.tsv"), *files))
    assert events
    assert events == {name: found[name] for name in events}


def test_a_checkpoint_on_other_data(run: Path, evaluate: Evaluate) -> None:
    other = ["data=generated", "data.soundbank.recordings=4", "data.clips.test=5", "mixing.duration=1.5", "data.seed=7"]
    found = evaluate("--checkpoint", str(run), *other, "metrics.event_based.collar=0.1")
    assert found["parameters/event_based/collar"] == 0.1
    probs, weak = predicted(run / "checkpoints" / "last.ckpt", other)
    assert len(weak) == 5
    expected = [average_precision_score(weak[:, place], probs[:, place]) for place in range(3) if weak[:, place].any()]
    assert found["tagging/map"] == pytest.approx(np.mean(expected), abs=1e-5)
    assert scores_only(found) != metrics(run)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["data=generated", "data.labels=[gunshot,baby_cry,glass_break]"], "are not the classes of"),
        (["data=generated", "data.sample_rate=8000"], "is not the 16000 Hz of"),
        (["data=generatd"], "Did you mean generated?"),
        (["data=esc10"], "data.root is not set"),
    ],
)
def test_data_that_the_system_does_not_know(
    words: list[str], said: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["evaluate", "--checkpoint", str(run), *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_checkpoint_outside_of_a_run_needs_data(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lone = tmp_path / "lone.ckpt"
    lone.write_bytes((run / "checkpoints" / "last.ckpt").read_bytes())
    assert main(["evaluate", "--checkpoint", str(lone)]) == 2
    assert "lies in no run whose data could be used; add data=CHOICE" in capsys.readouterr().err
    words = ["data=generated", "data.soundbank.recordings=4", "data.clips.test=3", "mixing.duration=1.0"]
    assert main(["evaluate", "--checkpoint", str(lone), *words, "evaluation.draws=0"]) == 0
