"""One event class, and test splits without events, through training, test, report and evaluation."""

import json
from pathlib import Path

import pytest

from tests.data import miniature_corpora as corpora
from tests.robustness.command import Wsed
from tests.small_run import SMALL

ONE = [*SMALL, "evaluation.draws=20", "hydra.run.dir=run"]
TABLES = [
    "logger=csv", "data=tables", "data.root=corpus", "data.duration=1", "data.batch_size=2", "network.widths=[4]",
    "trainer.max_epochs=1", "precision=32-true", "runtime.progress_bar=false", "evaluation.draws=20",
    "hydra.run.dir=run",
]  # fmt: skip


def results(wsed: Wsed) -> dict[str, float | None]:
    content = json.loads((wsed.folder / "run" / "results.json").read_text())
    metrics: dict[str, float | None] = content["metrics"]
    return metrics


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["data.clips={train: 12, val: 3, test: 3}", "postprocessing=tuned", "test=best", "sampler=balanced"],
        ["experiment=mtl", "mixing=jsc", "network.dilations=[1]"],
    ],
    ids=["jsc", "validation", "mtl"],
)
def test_one_class_is_trained_and_scored(wsed: Wsed, words: list[str]) -> None:
    ended = wsed.accepts("train", *ONE, *words, "data.labels=[gunshot]")
    found = results(wsed)
    for name in ("psds/scenario1", "psds/scenario2", "frame/map", "tagging/map", "event_based/macro/f1"):
        assert found[name] is not None, name
    assert found["psds/scenario1"] == found["psds/scenario1/class/gunshot"]
    assert found["frame/map"] == found["frame/class/gunshot/ap"]
    # Every test clip has a gunshot, so that nothing is a wrong tag.
    assert found["tagging/map"] == 1
    assert found["tagging/auroc"] is None
    if words[:1] == ["experiment=mtl"]:
        assert "loss.weights.segment: has no effect, because there is only one event class" in ended.out


def test_the_scores_of_one_class_are_those_of_its_files(wsed: Wsed) -> None:
    wsed.accepts("train", *ONE, "data.labels=[gunshot]")
    files = ["--scores", "run/predictions/scores", "--tags", "run/predictions/tags.tsv"]
    files += ["--reference", "run/predictions/reference.tsv", "--durations", "run/predictions/durations.tsv"]
    wsed.accepts("evaluate", *files, "evaluation.draws=0", "--json", "out.json")
    again = json.loads((wsed.folder / "out.json").read_text())
    for name, value in results(wsed).items():
        if name in again and isinstance(value, float):
            assert again[name] == pytest.approx(value, abs=1e-6), name
    wsed.accepts("evaluate", "--checkpoint", "run", "evaluation.draws=0")
    wsed.accepts("report", "run")


HEADER = "filename\tonset\toffset\tevent_label\n"
TESTS = {
    "one class of two": ("e.wav\t0.1\t0.4\ta\nf.wav\t\t\t\n", {"psds/scenario2": True, "frame/map": True}),
    "no event": ("e.wav\t\t\t\nf.wav\t\t\t\n", {"tagging/map": False, "event_based/macro/f1": False}),
    "each clip has all": (
        "e.wav\t0\t1\ta\ne.wav\t0\t1\tb\nf.wav\t0\t1\ta\nf.wav\t0\t1\tb\n",
        {"tagging/map": True, "tagging/auroc": False, "frame/auroc": False, "frame/eer": False},
    ),
}


@pytest.mark.parametrize("kind", TESTS)
def test_classes_without_events_in_the_test(wsed: Wsed, kind: str) -> None:
    corpora.tables(wsed.folder / "corpus")
    rows, known = TESTS[kind]
    (wsed.folder / "corpus" / "test.tsv").write_text(HEADER + rows)
    wsed.accepts("train", *TABLES, "data.labels=[a,b]")
    found = results(wsed)
    assert {name: found.get(name) is not None for name in known} == known
    wsed.accepts("evaluate", "--checkpoint", "run")


def touching(folder: Path) -> None:
    corpora.tables(folder)
    (folder / "test.tsv").write_text(HEADER + "e.wav\t0.1\t0.4\ta\nf.wav\t0.2\t0.5\tb\ne.wav\t0.4\t0.8\ta\n")


SAID = "test.tsv, row 4: touches or overlaps an event of its class, and is merged with it; such events: 1"


def test_touching_events_are_merged_everywhere(wsed: Wsed) -> None:
    touching(wsed.folder / "corpus")
    wsed.accepts("data", "check", *TABLES[1:3], "data.labels=[a,b]", says=[f"remark: corpus/{SAID}", "no problems"])
    ended = wsed.accepts("train", *TABLES, "data.labels=[a,b]", says=SAID)
    assert ended.out.count("touches or overlaps") == 1
    reference = (wsed.folder / "run" / "predictions" / "reference.tsv").read_text().splitlines()
    assert reference == [HEADER.rstrip(), "e.wav\t0.1\t0.8\ta", "f.wav\t0.2\t0.5\tb"]
    files = ["--events", "corpus/test.tsv", "--reference", "run/predictions/reference.tsv"]
    ended = wsed.accepts("evaluate", *files, "evaluation.draws=0", says=SAID)
    assert "event_based/micro/f1                      1.0000" in ended.out
    files = ["--events", "run/predictions/reference.tsv", "--reference", "corpus/test.tsv"]
    ended = wsed.accepts("evaluate", *files, "evaluation.draws=0", says=SAID)
    assert "event_based/micro/f1                      1.0000" in ended.out


def test_a_term_that_can_do_nothing_is_named_once(wsed: Wsed) -> None:
    ended = wsed.accepts("train", *ONE, "experiment=mtl", "mixing=jsc", "network.dilations=[1]")
    assert ended.out.count("loss.weights.segment: has no effect, because no training clip has two classes") == 1
    assert "loss.weights.silent" not in ended.out
