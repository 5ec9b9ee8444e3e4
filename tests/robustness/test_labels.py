"""Names of event classes: each works, with its name in every file, or is refused before any data are read."""

import json
from pathlib import Path

import pytest

from tests.data import miniature_corpora as corpora
from tests.robustness.command import Wsed
from tests.robustness.test_one_class import HEADER, TABLES, results
from wsed.checks.labels import check_labels
from wsed.errors import UserError

REFUSED = {
    "[onset]": "data.labels: an event class cannot be called onset",
    "[a,offset]": "cannot be called offset",
    "[filename]": "cannot be called filename",
    "[background]": "cannot be called background",
    "[_target_]": "cannot be called _target_",
    "['']": "data.labels: '' is empty, or begins or ends with a space",
    "[' a']": "' a' is empty, or begins or ends with a space",
    "['a ']": "'a ' is empty, or begins or ends with a space",
    "[a/b]": "'a/b' cannot be the name of a file; leave out the slashes",
    "['a\\\\b']": "leave out the slashes",
    "['..']": "leads out of its folder",
    "['../../x']": "leave out the slashes",
    '["a\tb"]': "'a\\tb' cannot be the name of a file",
    '["a\nb"]': "'a\\nb' cannot be the name of a file",
    '["a\x1b[31mb"]': "cannot be the name of a file",
    "[a,b,a]": "data.labels: has a twice; remove one",
    "[]": "data.labels: is empty; name at least one event class",
    "[1,a]": "it needs a list of texts",
    "[true]": "it needs a list of texts",
    "[null]": "it needs a list of texts",
    "[nan]": "it needs a list of texts",
    "[[a]]": "it needs a list of texts",
    "5": "it needs a list of texts",
    "abc": "it needs a list of texts",
    "{a: 1}": "it needs a list of texts",
}


@pytest.mark.parametrize("labels", REFUSED)
def test_labels_that_are_refused(wsed: Wsed, labels: str) -> None:
    corpora.tables(wsed.folder / "corpus")
    wsed.refuses("train", *TABLES, f"data.labels={labels}", says=REFUSED[labels])


def test_a_label_of_a_million_characters(wsed: Wsed) -> None:
    corpora.tables(wsed.folder / "corpus")
    choice = wsed.folder / "conf" / "data" / "mine.yaml"
    choice.parent.mkdir(parents=True)
    choice.write_text(f"defaults: [tables, _self_]\nlabels: [{'x' * 10**6}]\n")
    words = [word for word in TABLES if not word.startswith("data=")]
    wsed.refuses("train", *words, "data=mine", "hydra.searchpath=[conf]", says="has more than 200 bytes")


def test_a_hundred_thousand_labels() -> None:
    with pytest.raises(UserError, match="has 100000 event classes; 10000 are the most"):
        check_labels([f"c{number}" for number in range(10**5)])


GOOD = ["nan", "NA", "null", "all", "None", "none", "a b", "Train horn", 'say "x"', "true", "1", "a.b", "é", "micro",
        "class", "label", "event_label", "duration", "{label}", "50%", "a=b", "'", "#", "${x}"]  # fmt: skip


def test_labels_that_work(wsed: Wsed) -> None:
    """All of them at once, in names of columns, scores and events."""
    folder = wsed.folder / "corpus"
    corpora.tables(folder)
    quoted = ['"' + label.replace('"', '""') + '"' if '"' in label else label for label in GOOD]
    rows = [f"e.wav\t{number / 100}\t{number / 100 + 0.5}\t{label}\n" for number, label in enumerate(quoted)]
    for name in ("train", "test"):
        of_clip = rows if name == "test" else [row.replace("e.wav", f"t{n % 6}.wav") for n, row in enumerate(rows)]
        (folder / f"{name}.tsv").write_text(HEADER + "".join(of_clip) + ("f.wav\t\t\t\n" if name == "test" else ""))
    choice = wsed.folder / "conf" / "data" / "mine.yaml"
    choice.parent.mkdir(parents=True)
    escaped = [label.replace("${", "\\${") for label in GOOD]
    choice.write_text("defaults: [tables, _self_]\nlabels: " + json.dumps(escaped) + "\n")
    words = [word for word in TABLES if not word.startswith("data=")]
    wsed.accepts("train", *words, "data=mine", "hydra.searchpath=[conf]")
    found = results(wsed)
    for label in GOOD:
        assert found[f"frame/class/{label}/ap"] is not None
        assert found[f"segment_based/class/{label}/f1"] is not None
        assert found[f"psds/scenario2/class/{label}"] is not None
    content = json.loads((wsed.folder / "run" / "results.json").read_text())
    assert content["labels"] == GOOD
    files = ["--scores", "run/predictions/scores", "--tags", "run/predictions/tags.tsv"]
    files += ["--reference", "run/predictions/reference.tsv", "--durations", "run/predictions/durations.tsv"]
    wsed.accepts("evaluate", *files, "evaluation.draws=0", "--json", "out.json")
    again = json.loads((wsed.folder / "out.json").read_text())
    for label in GOOD:
        for name in (f"frame/class/{label}/ap", f"psds/scenario1/class/{label}", f"tagging/class/{label}/ap"):
            assert again[name] == pytest.approx(found[name], abs=1e-6), name
    wsed.accepts("report", "run")


@pytest.mark.parametrize(
    ("label", "said"),
    [("onset", "reference.tsv: an event class cannot be called onset"), ("a/b", "leave out the slashes"),
     ("x" * 1000, "has more than 200 bytes")],
    ids=["onset", "slash", "long"],
)  # fmt: skip
def test_labels_of_files(wsed: Wsed, label: str, said: str) -> None:
    for name in ("reference", "found"):
        (wsed.folder / f"{name}.tsv").write_text(HEADER + f"a.wav\t0\t1\t{label}\n")
    wsed.refuses("evaluate", "--events", "found.tsv", "--reference", "reference.tsv", says=said)


def test_an_unknown_label_in_a_table(wsed: Wsed, tmp_path: Path) -> None:
    folder = wsed.folder / "corpus"
    corpora.tables(folder)
    for label in ("c", "x" * 10**5, "a\x1b[31m"):
        (folder / "test.tsv").write_text(HEADER + f"e.wav\t0\t1\t{label}\n")
        wsed.refuses("train", *TABLES, "data.labels=[a,b]", says=["test.tsv, row 2: ", "is none of data.labels"])
