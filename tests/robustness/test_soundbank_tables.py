"""Names and values in the tables of published soundbanks: no name leads out of the corpus."""

from pathlib import Path

import pytest

from tests.data import miniature_corpora as corpora
from tests.robustness.command import Wsed

TABLES: dict[str, tuple[str, str, str]] = {
    "esc50": ("meta/esc50.csv", "1-100-A-0.wav", "1"),
    "urbansound8k": ("metadata/UrbanSound8K.csv", "1-1-0-0.wav", "1"),
    "fsdkaggle2018": ("FSDKaggle2018.meta/train_post_competition.csv", "Bark0.wav", ""),
    "rare_events": ("cv_setup/bgs_devtrain.yaml", "audio/a000_0_30.wav", ""),
}
"""By choice of `data`: a table, and a name in it."""


def change(root: Path, choice: str, old: str, new: str) -> None:
    path = root / TABLES[choice][0]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("choice", TABLES)
@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "a/../../b.wav"])
def test_a_name_that_leads_out_of_the_corpus(wsed: Wsed, tmp_path: Path, choice: str, name: str) -> None:
    words = corpora.write(choice, tmp_path / "corpus")
    change(tmp_path / "corpus", choice, first_name(tmp_path / "corpus", choice), name)
    wsed.refuses("train", "logger=csv", *words, says="leads out of its folder", leaves=["outputs*", "**/outputs/**"])
    assert wsed.run("data", "check", *words).code in (1, 2)


def first_name(root: Path, choice: str) -> str:
    """The first filename in the table of a corpus."""
    text = (root / TABLES[choice][0]).read_text()
    return next(word for word in text.replace(",", " ").split() if word.endswith(".wav"))


FOLDS = ["one", "0", "-1", "1.5", "1" * 400, "²"]


@pytest.mark.parametrize("fold", FOLDS)
def test_a_fold_that_is_no_number(wsed: Wsed, tmp_path: Path, fold: str) -> None:
    words = corpora.write("esc50", tmp_path / "corpus")
    name = first_name(tmp_path / "corpus", "esc50")
    change(tmp_path / "corpus", "esc50", f"{name},1,", f"{name},{fold},")
    wsed.refuses("train", "logger=csv", *words, says="fold is", leaves=["outputs*", "**/outputs/**"])


SETUPS = {
    "nothing": ("", "Input should be a valid"),
    "text": ("none", "Input should be a valid"),
    "no YAML": ("{", "is not YAML"),
    "depth": ("[" * 5000, "is not YAML"),
    "a class to call": ("!!python/object/apply:os.system [touch canary]", "is not YAML"),
    "no segment": ("babycry: [{audio_filename: a.wav}]", "babycry.0.segment: Field required"),
    "nan": ("babycry: [{audio_filename: a.wav, segment: [.nan, 1]}]", "babycry.0.segment.0: Input should be a finite"),
    "one end": ("babycry: [{audio_filename: a.wav, segment: [1]}]", "babycry.0.segment"),
    "mapping for name": ("babycry: [{audio_filename: {_target_: os.system}, segment: [0, 1]}]", "audio_filename"),
}


@pytest.mark.parametrize("kind", SETUPS)
def test_a_setup_of_rare_events_that_cannot_be_right(wsed: Wsed, tmp_path: Path, kind: str) -> None:
    text, said = SETUPS[kind]
    words = corpora.write("rare_events", tmp_path / "corpus")
    (tmp_path / "corpus" / "cv_setup" / "events_devtrain.yaml").write_text(text)
    wsed.refuses("train", "logger=csv", *words, says=said, leaves=["outputs*", "**/outputs/**"])
    assert not list(wsed.folder.rglob("canary"))


def test_a_suffix_that_is_no_regular_expression(wsed: Wsed, tmp_path: Path) -> None:
    for part in ("foreground/a", "foreground/b", "background/street"):
        for number in range(4):
            corpora.sound(tmp_path / "bank" / part / f"{number}.wav")
    words = ["data=folder", f"data.root={tmp_path / 'bank'}", "data.soundbank.take_suffix='('"]
    wsed.refuses("data", "check", *words, says="is no regular expression")


@pytest.mark.parametrize("name", ["${oc.env:HOME}", "line\nbreak", "caf\udce9"])
@pytest.mark.parametrize("part", ["foreground", "background"])
def test_a_folder_that_cannot_name_a_class(wsed: Wsed, tmp_path: Path, part: str, name: str) -> None:
    bank = tmp_path / "bank"
    for folder in ("foreground/a", "background/street", f"{part}/new"):
        for number in range(4):
            corpora.sound(bank / folder / f"{number}.wav")
    (bank / part / "new").rename(bank / part / name)
    words = ["data", "check", "data=folder", f"data.root={bank}", "data.folds={train: [1, 2, 3, 4], val: [], test: []}"]
    if part == "foreground":
        wsed.refuses(*words, says="cannot be the name")
    elif "$" in name:
        # Only event classes are part of the config.
        wsed.accepts(*words)
    else:
        ended = wsed.run(*words)
        assert ended.code == 1
        assert "cannot be the name" in ended.out
