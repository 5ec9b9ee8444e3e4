import json
from pathlib import Path

import pandas as pd
import pytest

import wsed
from tests.commands.recordings.conftest import Command
from wsed.postprocessing.relative import RelativeThresholds

CANDIDATES = ["postprocessing.median=[0.0,0.3]", "data.clips.test=6"]


def test_the_copy_of_a_model_has_the_chosen_values_and_the_curves_are_those_of_evaluate(
    small_run: Path, recordings: Path, command: Command
) -> None:
    before = (small_run / "checkpoints" / "last.ckpt").read_bytes()
    code, out, err = command("tune", small_run, *CANDIDATES, "--output", "tuned.ckpt")
    assert code == 0, err
    assert (small_run / "checkpoints" / "last.ckpt").read_bytes() == before
    chosen = wsed.load("tuned.ckpt").postprocessing
    assert isinstance(chosen, RelativeThresholds)
    assert isinstance(chosen.median, dict)
    assert set(chosen.median.values()) <= {0.0, 0.3}
    assert "event-based F1 on the data that the values were chosen on" in out
    assert command("detect", "tuned.ckpt", recordings / "a.wav")[0] == 0
    curves = pd.read_csv("tuned.tsv", sep="\t")
    row = curves[curves["threshold"].round(6) == 0.3].set_index("event_label")
    names = ("median", "gap", "hysteresis", "minimum_duration", "clip_threshold")
    same = [f"postprocessing.{name}={getattr(chosen, name)}".replace("'", "") for name in names]
    others = ["postprocessing=relative", *same, "postprocessing.threshold=0.3", "data.clips.test=6"]
    evaluated = ["evaluate", "--checkpoint", small_run, *others, "evaluation.draws=0", "--json", "out.json"]
    assert command(*evaluated)[0] == 0
    scores = json.loads(Path("out.json").read_text())
    for label in row.index:
        for name in ("precision", "recall"):
            expected = scores[f"event_based/class/{label}/{name}"]
            assert row.loc[label, name] == pytest.approx(1.0 if expected is None else expected, abs=1e-9)
    assert Path("tuned.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "x.txt"], "must end with .ckpt"),
        (["--output", "none/x.ckpt"], "none: is no folder"),
        (["postprocessing=plain", "--output", "x.ckpt"], "has no values to choose"),
        (["data.labels=[gunshot]", "--output", "x.ckpt"], "are not the classes of the system"),
    ],
)
def test_mistakes(small_run: Path, recordings: Path, command: Command, words: list[str], said: str) -> None:
    code, _, err = command("tune", small_run, *words)
    assert code == 2
    assert said in err
    assert not list(Path().glob("x.*"))
