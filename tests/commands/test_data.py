"""`wsed data check` and `wsed data list`."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.data import miniature_corpora as corpora
from wsed.__main__ import main
from wsed.config.groups import groups

CHOICES = [*corpora.RECORDINGS, *corpora.SOUNDBANKS]


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["data", "check", *words, "--json"])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, report


@pytest.mark.parametrize("choice", CHOICES)
def test_a_whole_corpus_is_found_right(choice: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = corpora.write(choice, tmp_path / choice)
    code, report = checked(capsys, *words)
    assert report["problems"] == []
    assert code == 0
    assert report["splits"]["train"]["clips"] >= 6
    assert report["cache"] > 0
    assert main(["data", "check", *words]) == 0
    assert "no problems" in capsys.readouterr().out


def test_what_a_corpus_holds_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = checked(capsys, *corpora.write("desed", tmp_path / "desed"))
    train, test = report["splits"]["train"], report["splits"]["test"]
    assert train["classes"] == {
        "Alarm_bell_ringing": 1, "Blender": 1, "Cat": 1, "Dishes": 1, "Dog": 1, "Frying": 1, "Speech": 2
    }  # fmt: skip
    assert (train["clips"], train["without_labels"]) == (6, 0)
    assert train["hours"] == pytest.approx(5.2 / 3600)
    assert (test["clips"], test["without_labels"]) == (3, 1)
    assert report["rates"] == {"16000": 3, "44100": 6}
    assert report["channels"] == {"1": 3, "2": 6}


def test_everything_that_is_wrong_with_recordings_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "desed"
    words = corpora.write("desed", root)
    weak, validation = root / "audio" / "train" / "weak", root / "audio" / "validation" / "validation"
    (weak / "Y1_30.000_40.000.wav").unlink()
    (weak / "Y2_30.000_40.000.wav").write_bytes(b"RIFFnothing")
    corpora.sound(weak / "stray.wav")
    (validation / "c.wav").write_bytes((weak / "Y3_30.000_40.000.wav").read_bytes())
    table = root / "metadata" / "validation" / "validation.tsv"
    table.write_text(table.read_text() + "b.wav\t3.0\t4.0\tDog\nY4_30.000_40.000.wav\t0.1\t0.2\tDogg\n")
    code, report = checked(capsys, *words)
    assert code == 1
    problems = "\n".join(report["problems"])
    for said in (
        "Y1_30.000_40.000.wav: does not exist",
        "Y2_30.000_40.000.wav: is truncated or damaged",
        "recordings without annotation: 1, first stray.wav",
        "validation.tsv, row 6: Dog from 3 to 4 s is beyond the 1 s of b.wav",
        "validation.tsv, row 7: Dogg is none of data.labels",
        "Y4_30.000_40.000.wav: is in test, and Y4_30.000_40.000.wav of the same original in train",
        "c.wav: is in test, and the same as",
    ):
        assert said in problems
    assert main(["data", "check", *words]) == 1
    assert f"{len(report['problems'])} problems" in capsys.readouterr().out


def test_everything_that_is_wrong_with_a_soundbank_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "us8k"
    words = corpora.write("urbansound8k", root)
    soundfile.write(root / "audio" / "fold3" / "1003-1-0-0.wav", np.zeros(100), 8000)
    (root / "audio" / "fold9" / "9-0-0-0.wav").unlink()
    (root / "audio" / "fold9" / "9-0-0-1.wav").unlink()
    table = root / "metadata" / "UrbanSound8K.csv"
    table.write_text(table.read_text().replace("2-0-0-0.wav,2,", "2-0-0-0.wav,10,"))
    code, report = checked(capsys, *words)
    assert code == 1
    problems = "\n".join(report["problems"])
    for said in (
        "1003-1-0-0.wav: is silent",
        "9-0-0-1.wav: does not exist",
        "val: has no car_horn",
        "is in test, and 2-0-0-0.wav of the same original in train",
    ):
        assert said in problems


def test_annotation_that_cannot_be_read_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for choice, spoilt in (("desed", "metadata/train/weak.tsv"), ("urbansound8k", "metadata/UrbanSound8K.csv")):
        words = corpora.write(choice, tmp_path / choice)
        (tmp_path / choice / spoilt).unlink()
        code, report = checked(capsys, *words)
        assert code == 1
        assert Path(spoilt).name in report["problems"][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check"], "needs a corpus of files"),
        (["check", "data=desed"], "data.root is not set"),
        (["check", "data=dessed"], "Did you mean desed?"),
        (["chekc"], "Did you mean check?"),
        (["list", "esc100"], "Did you mean esc10?"),
    ],
)
def test_words_that_do_not_fit(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_the_list_says_what_every_corpus_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "list"]) == 0
    text = capsys.readouterr().out
    for choice in set(groups()["data"]) - {"mixed"}:
        (entry,) = [part for part in text.split("data=") if part.startswith(f"{choice}\n")]
        assert "licence: " in entry
        assert "layout: " in entry
    assert main(["data", "list", "desed"]) == 0
    assert capsys.readouterr().out.startswith("data=desed\n")
