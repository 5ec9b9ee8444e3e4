"""A metric and a post-processing from outside the package score a run that was trained without them."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from wsed.__main__ import main

CODE = '''"""Events of a whole clip, and their share of the true ones."""

from dataclasses import dataclass

import pandas as pd

from wsed.metrics.base import Metric
from wsed.metrics.measure import Measure
from wsed.postprocessing.base import Postprocessing


class DetectedPerTrue(Metric):
    name = "number"
    inputs = ("events",)

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def measures(self):
        return [Measure("number/ratio", "Detected per true event", higher_is_better=None)]

    def scores(self, outputs):
        detected, true = (table["event_label"].count() for table in (outputs.events, outputs.reference))
        return {"number/ratio": self.factor * detected / true}


@dataclass(frozen=True)
class WholeClips(Postprocessing):
    label: str

    def events(self, scores):
        rows = [(name, 0.0, table["offset"].iloc[-1], self.label) for name, table in scores.items()]
        return pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])

    def tag_thresholds(self, labels):
        return dict.fromkeys(labels, 0.5)
'''
CHOICES = {
    "metrics/number.yaml": """# Detected events for each true one.
number:
  _target_: whole_clips.DetectedPerTrue
  # Of the ratio.
  factor: 1.0
""",
    "postprocessing/whole.yaml": """# One event of one class in every clip.
_target_: whole_clips.WholeClips
# The class.
label: gunshot
""",
}


def test_parts_from_outside_score_a_run(
    trained: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = trained("postprocessing.threshold=0.3", "postprocessing.median=0.2")
    (tmp_path / "whole_clips.py").write_text(CODE)
    for name, text in CHOICES.items():
        (tmp_path / "conf" / name).parent.mkdir(parents=True)
        (tmp_path / "conf" / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    words = ["+metrics=number", "metrics.number.factor=2.0", "postprocessing=whole", "postprocessing.label=baby_cry"]
    words += [f"hydra.searchpath=[file://{tmp_path / 'conf'}]", "evaluation.draws=0", "--json", str(tmp_path / "out")]
    assert main(["evaluate", "--checkpoint", str(run), *words]) == 0
    found = json.loads((tmp_path / "out").read_text())
    reference = pd.read_csv(run / "predictions" / "reference.tsv", sep="\t")
    assert found["number/ratio"] == pytest.approx(2 * len(reference) / reference["event_label"].count())
    assert found["parameters/number/factor"] == 2
    # The metrics of the run are still there, and see the other events.
    recalled = (reference["event_label"] == "baby_cry").sum() > 0
    assert (found["segment_based/class/baby_cry/recall"] == 1) == recalled
    assert found["segment_based/class/gunshot/recall"] == 0
    assert "number/ratio" in capsys.readouterr().out
