"""Every corpus trains, from a miniature copy of it."""

import json
from pathlib import Path

import pytest

from tests.data import corpora
from wsed.__main__ import main

TINY = [
    "model.network.widths=[4]",
    "trainer.max_epochs=1",
    "precision=32-true",
    "runtime.progress_bar=false",
    "data.batch_size=4",
    "evaluation.draws=0",
    "logger=csv",
    "hydra.run.dir=RUN",
]


@pytest.mark.slow
@pytest.mark.parametrize("choice", [*corpora.RECORDINGS, *corpora.SOUNDBANKS])
def test_a_corpus_trains_and_is_decoded_once(choice: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*corpora.write(choice, tmp_path / "corpus"), *TINY, f"runtime.cache={tmp_path}/cache"]
    if choice in corpora.RECORDINGS:
        words += ["data.duration=1.0"]
    else:
        words += ["mixing.duration=1.0", "data.clips={train: 6, val: 2, test: 3}"]
    found = []
    for force in ("false", "true"):
        assert main(["train", *words, f"force={force}"]) == 0, capsys.readouterr().err
        found.append(json.loads(Path("RUN/results.json").read_text()))
        scores = {path.name: path.read_bytes() for path in Path("RUN/predictions").rglob("*.tsv")}
        found[-1]["files"] = sorted((name, content) for name, content in scores.items())
    first, second = found
    assert first["decoded"] > 0
    assert second["decoded"] == 0
    assert first["metrics"] == second["metrics"]
    assert first["files"] == second["files"]
    assert first["metrics"]["tagging/map"] is not None
    assert "frame/map" in first["metrics"]


def test_a_run_says_what_it_skipped(tmp_path: Path) -> None:
    words = [*corpora.write("desed", tmp_path / "corpus"), *TINY, "data.duration=1.0"]
    bad = tmp_path / "corpus" / "audio" / "train" / "weak" / "Y3_30.000_40.000.wav"
    bad.write_bytes(bad.read_bytes()[:100])
    assert main(["train", *words]) == 2
    assert main(["train", *words, "data.on_error=skip"]) == 0
    assert json.loads(Path("RUN/results.json").read_text())["skipped"] == {str(bad): "is truncated"}


def test_a_test_split_with_tags_alone_has_scores_of_tags_alone(tmp_path: Path) -> None:
    words = [*corpora.write("desed", tmp_path / "corpus"), *TINY, "data.duration=1.0"]
    words += ["data.parts={train: [validation], val: [], test: [weak]}"]
    assert main(["train", *words]) == 0
    metrics = json.loads(Path("RUN/results.json").read_text())["metrics"]
    assert {name.split("/")[0] for name in metrics} == {"tagging"}
    assert metrics["tagging/map"] is not None
