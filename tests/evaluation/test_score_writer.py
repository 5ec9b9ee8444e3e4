"""Score tables against those of pandas, and as sed_scores_eval reads them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sed_scores_eval.base_modules.io import read_sed_scores

from wsed.evaluation.score_writer import ScoreWriter
from wsed.metrics.outputs import ClipPredictions

LABELS = ("bell", 'a "quoted" one', "dog, or cat")


def predicted(probs: np.ndarray) -> ClipPredictions:
    return ClipPredictions(LABELS, 15.625, ["a.wav"], frame_probs=[torch.from_numpy(probs.astype(np.float32))])


@pytest.mark.parametrize("power", [1, 5, 30])
def test_every_digit_is_that_of_pandas(tmp_path: Path, power: int) -> None:
    probs = np.random.default_rng(power).uniform(size=(3, 500)) ** power
    probs[:, :3] = [0, 1, 0.1]
    made = predicted(probs)
    ScoreWriter(LABELS, 15.625).write(tmp_path / "ours.tsv", made.frame_probs[0])
    made.scores()["a.wav"].to_csv(tmp_path / "theirs.tsv", sep="\t", index=False)
    ours, theirs = ((tmp_path / name).read_text().splitlines() for name in ("ours.tsv", "theirs.tsv"))
    assert ours[0] == theirs[0]
    assert [[float(value) for value in row.split("\t")] for row in ours[1:]] == [
        [float(value) for value in row.split("\t")] for row in theirs[1:]
    ]


def test_sed_scores_eval_reads_the_same_numbers(tmp_path: Path) -> None:
    made = predicted(np.random.default_rng(0).uniform(size=(3, 7)))
    ScoreWriter(LABELS, 15.625).write(tmp_path / "a.tsv", made.frame_probs[0])
    table = read_sed_scores(tmp_path / "a.tsv")
    expected = made.scores()["a.wav"]
    assert list(table.columns) == list(expected.columns)
    assert (table.to_numpy(np.float32) == expected.to_numpy(np.float32)).all()


def test_what_is_not_a_number_and_a_clip_without_frames(tmp_path: Path) -> None:
    writer = ScoreWriter(LABELS, 10.0)
    writer.write(tmp_path / "nan.tsv", torch.tensor([[0.5, torch.nan], [torch.nan, 0.25], [1.0, 0.0]]))
    assert (tmp_path / "nan.tsv").read_text().splitlines()[1:] == ["0.0\t0.1\t0.5\t\t1.0", "0.1\t0.2\t\t0.25\t0.0"]
    writer.write(tmp_path / "none.tsv", torch.zeros(3, 0))
    assert pd.read_csv(tmp_path / "none.tsv", sep="\t").empty
