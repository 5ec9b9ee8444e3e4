"""Finished runs are averaged, and the mean is scored like a run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.data import miniature_corpora as corpora
from wsed.__main__ import main
from wsed.reports.runs import read_runs

Trained = Callable[..., Path]


def tags(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "predictions" / "tags.tsv", sep="\t").set_index("filename")


def scores(folder: Path, clip: str) -> pd.DataFrame:
    return pd.read_csv(folder / "predictions" / "scores" / f"{Path(clip).stem}.tsv", sep="\t")


def fused(output: Path, *words: str | Path) -> dict[str, Any]:
    assert main(["fuse", *map(str, words), "--output", str(output)]) == 0
    found: dict[str, Any] = json.loads((output / "results.json").read_text())
    return found


def test_two_runs_are_averaged_evenly_and_scored(trained: Trained, tmp_path: Path) -> None:
    runs = [trained("seed=1"), trained("seed=2", "model=vgg_gwrp", "pooling=auto")]
    results = fused(tmp_path / "both", *runs)
    pd.testing.assert_frame_equal(tags(tmp_path / "both"), (tags(runs[0]) + tags(runs[1])) / 2, atol=1e-6)
    for clip in tags(runs[0]).index:
        expected = (scores(runs[0], clip) + scores(runs[1], clip)) / 2
        pd.testing.assert_frame_equal(scores(tmp_path / "both", clip), expected, atol=1e-6)
    left, out = tmp_path / "both" / "predictions", tmp_path / "out.json"
    files = ["--reference", str(left / "reference.tsv"), "--durations", str(left / "durations.tsv")]
    files += ["--scores", str(left / "scores"), "--tags", str(left / "tags.tsv"), "--json", str(out)]
    files += ["evaluation.draws=20"]
    assert main(["evaluate", *files]) == 0
    again = json.loads(out.read_text())
    for name, value in results["metrics"].items():
        assert again[name] == pytest.approx(value, abs=1e-6), name
    assert read_runs([tmp_path / "both"])[0].name == "both"


def test_kept_epochs_count_together_as_one_run(trained: Trained, tmp_path: Path) -> None:
    kept, other = trained("keep_every=1"), trained("seed=2", "features.hop=264")
    epochs = [kept / "checkpoints" / f"epoch-00{number}.ckpt" for number in (1, 2)]
    assert [path.is_file() for path in epochs] == [True, True]
    assert fused(tmp_path / "epochs", kept)["metrics"] == fused(tmp_path / "files", *epochs)["metrics"]
    # The last epoch is what the run was tested with.
    last = fused(tmp_path / "last", kept, other, "--first-epoch", "2")
    assert last["members"][str(kept)] == ["epoch-002.ckpt"]
    pd.testing.assert_frame_equal(tags(tmp_path / "last"), (tags(kept) + tags(other)) / 2, atol=1e-6)
    fused(tmp_path / "all", kept, other)
    expected = (tags(tmp_path / "epochs") + tags(other)) / 2
    pd.testing.assert_frame_equal(tags(tmp_path / "all"), expected, atol=1e-6)


def test_frames_of_another_rate_are_taken_where_they_sound(trained: Trained, tmp_path: Path) -> None:
    slow, quick = trained("seed=1"), trained("seed=2", "features.hop=264")
    fused(tmp_path / "mean", slow, quick)
    for clip in tags(slow).index:
        one, other, mean = scores(slow, clip), scores(quick, clip), scores(tmp_path / "mean", clip)
        assert len(mean) == len(one)
        for frame in range(len(one)):
            middle = (one["onset"][frame] + one["offset"][frame]) / 2
            place = min(int(np.searchsorted(other["onset"], middle + 1e-6, side="right")) - 1, len(other) - 1)
            for label in one.columns[2:]:
                expected = (one[label][frame] + other[label][place]) / 2
                assert mean[label][frame] == pytest.approx(expected, abs=1e-6)


def test_other_data_is_taken_by_all(trained: Trained, tmp_path: Path) -> None:
    data = [
        "data=generated",
        "data.soundbank.recordings=4",
        "data.clips.test=2",
        "mixing.duration=1.0",
        "data.seed=9",
    ]
    fused(tmp_path / "mean", trained("seed=1"), trained("seed=2"), *data)
    assert len(tags(tmp_path / "mean")) == 2


def test_clips_with_tags_alone_have_scores_of_tags_alone(trained: Trained, tmp_path: Path) -> None:
    # The split for training has to be another than that for testing.
    words = ["data=desed", "data.duration=1.0", "data.labels=[baby_cry,glass_break,gunshot]", f"data.root={tmp_path}"]
    words += ["data.parts={train: [validation], val: [], test: [weak]}"]
    (tmp_path / "metadata" / "train").mkdir(parents=True)
    rows = ["filename\tevent_labels", "a.wav\tbaby_cry", "b.wav\tglass_break,gunshot"]
    (tmp_path / "metadata" / "train" / "weak.tsv").write_text("\n".join(rows) + "\n")
    for name in ("a.wav", "b.wav"):
        corpora.sound(tmp_path / "audio" / "train" / "weak" / name)
    (tmp_path / "metadata" / "validation").mkdir()
    table = "filename\tonset\toffset\tevent_label\nc.wav\t0.1\t0.5\tgunshot\n"
    (tmp_path / "metadata" / "validation" / "validation.tsv").write_text(table)
    corpora.sound(tmp_path / "audio" / "validation" / "validation" / "c.wav")
    results = fused(tmp_path / "mean", trained("seed=1"), trained("seed=2"), *words)
    assert {name.split("/")[0] for name in results["metrics"]} == {"tagging"}
    reference = pd.read_csv(tmp_path / "mean" / "predictions" / "reference.tsv", sep="\t")
    assert sorted(reference["event_label"]) == ["baby_cry", "glass_break", "gunshot"]


@pytest.mark.parametrize(
    ("second", "words", "said"),
    [
        (None, [], "alone is nothing to fuse"),
        (["data.clips.test=5"], [], "was tested on other clips than"),
        (["data.labels=[gunshot,baby_cry]"], [], "knows other classes than"),
        (["keep_every=1"], ["--first-epoch", "3"], "kept no epoch from 3 on, the last is epoch-002"),
        ([], ["data=esc10"], "data.root is not set"),
    ],
)
def test_runs_that_do_not_go_together(
    second: list[str] | None,
    words: list[str],
    said: str,
    trained: Trained,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    runs = [trained("seed=1"), *([] if second is None else [trained(*second)])]
    capsys.readouterr()
    assert main(["fuse", *map(str, runs), "--output", str(tmp_path / "out"), *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_kept(trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fuse", str(trained("seed=1")), str(trained("seed=2")), "--output", str(tmp_path)]) == 2
    assert f"{tmp_path}: exists; choose another --output" in capsys.readouterr().err
    assert main(["fuse", str(trained("seed=1"))]) == 2
    assert "the following arguments are required: --output; see wsed fuse --help" in capsys.readouterr().err
