"""Files that cannot be scored: one line that names file, row and cure, and nothing written."""

from pathlib import Path

import pytest

from wsed.__main__ import main

HEADER = "filename\tonset\toffset\tevent_label\n"
REFERENCE = HEADER + "a.wav\t0.5\t1.5\tdog\nb.wav\t\t\t\n"
DURATIONS = "filename\tduration\na.wav\t10\nb.wav\t4\n"
FOUND = HEADER + "a.wav\t0.6\t1.5\tdog\n"

BAD = {
    "missing column": ("found", FOUND.replace("event_label", "label"), "found.tsv: has no column event_label"),
    "offset before onset": ("found", HEADER + "a.wav\t2\t1\tdog\n", "found.tsv, row 2: offset 1 is not after onset 2"),
    "negative": ("found", FOUND + "a.wav\t-1\t1\tdog\n", "found.tsv, row 3: onset -1 is negative"),
    "beyond the clip": (
        "found",
        HEADER + "b.wav\t2\t12\tdog\n",
        "found.tsv, row 2: offset 12 is beyond the 4 s of b.wav",
    ),
    "not a number": ("found", HEADER + "a.wav\tone\t2\tdog\n", "found.tsv, row 2: onset is one"),
    "infinite": ("found", HEADER + "a.wav\t1\tinf\tdog\n", "found.tsv, row 2: offset is inf"),
    "half a row": ("found", HEADER + "a.wav\t1\t2\t\n", "found.tsv, row 2: has no event_label"),
    "no filename": ("found", HEADER + "\t1\t2\tdog\n", "found.tsv, row 2: has no filename"),
    "twice": ("found", FOUND + FOUND.splitlines()[1] + "\n", "found.tsv, row 3: is there twice"),
    "unknown clip": ("found", HEADER + "c.wav\t1\t2\tdog\n", "found.tsv: clip c.wav is not in"),
    "unknown class": ("found", HEADER + "a.wav\t1\t2\tcat\n", "found.tsv: event class cat is not in"),
    "empty reference": ("reference", HEADER + "a.wav\t\t\t\n", "reference.tsv: has no events"),
    "reference without duration": ("durations", "filename\tduration\na.wav\t10\n", "clip b.wav is not in"),
    "no duration": ("durations", DURATIONS.replace("\t4", "\t0"), "durations.tsv, row 3: duration 0 is not above 0"),
    "duration twice": ("durations", DURATIONS + "a.wav\t10\n", "durations.tsv, row 4: is there twice"),
}


def words(folder: Path) -> list[str]:
    options = ["--events", "found.tsv", "--reference", "reference.tsv", "--durations", "durations.tsv"]
    paths = [str(folder / word) if word.endswith(".tsv") else word for word in options]
    return ["evaluate", *paths, "--json", str(folder / "out.json"), "evaluation.draws=0"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Files that can be scored."""
    for name, content in {"reference": REFERENCE, "durations": DURATIONS, "found": FOUND}.items():
        (tmp_path / f"{name}.tsv").write_text(content)
    return tmp_path


@pytest.mark.parametrize("kind", BAD)
def test_bad_files(kind: str, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, content, said = BAD[kind]
    (files / f"{name}.tsv").write_text(content)
    assert main(words(files)) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert err.startswith("wsed: ")
    assert err.count("\n") == 1
    assert ";" in err
    assert not out
    assert not (files / "out.json").exists()


def test_good_files(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words(files)) == 0
    assert "event_based/micro/f1                      1.0000" in capsys.readouterr().out


def test_no_events_is_a_result(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in ("", HEADER, HEADER + "a.wav\t\t\t\n"):
        (files / "found.tsv").write_text(content)
        assert main(words(files)) == 0
        out = capsys.readouterr().out
        assert "found.tsv: has no events" in out
        assert "event_based/micro/f1                      0.0000" in out


def test_an_event_may_reach_beyond_its_clip_to_the_end_of_the_longest(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "found.tsv").write_text(HEADER + "b.wav\t2\t9.9\tdog\n")
    assert main(words(files)) == 0
    assert "events that reach beyond the end of their clip: 1" in capsys.readouterr().out


FILES = ["--events", "found.tsv", "--reference", "reference.tsv"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--events", "found.tsv"], "--reference is not given; add it"),
        (["--events", "nowhere.tsv", "--reference", "reference.tsv"], "nowhere.tsv: does not exist"),
        ([*FILES, "metrics.event_based.collar=-1"], "metrics.event_based.collar: is -1; it needs a number"),
        ([*FILES, "metrics.event_based.colar=1"], "Did you mean metrics.event_based.collar?"),
        ([*FILES, "metrics=[event_base]"], "Did you mean event_based?"),
        ([*FILES, "metrics.event_based.collar=[1"], "cannot be read"),
        ([*FILES, "metrics.event_based.collar=0.1,0.2"], "holds several values"),
        ([*FILES, "pooling=gap"], "pooling: cannot be changed here; only data, mixing, metrics, evaluation"),
        ([*FILES, "metric.event_based.collar=1"], "Did you mean metrics?"),
        ([*FILES, "postprocessing=tuned"], "has to be fitted on the data of a run"),
        ([*FILES, "postprocessing.gap=-1"], "postprocessing.gap: is -1; it needs a number"),
        (["--events", ".", "--reference", "reference.tsv"], "add --durations"),
        (["--events", ".", "--reference", "reference.tsv", "--durations", "durations.tsv"], "threshold at the end"),
        (["--events", "found.tsv", "--reference", "reference.tsv", "--json", "no/out.json"], "no: is no folder"),
        (["--reference", "reference.tsv"], "nothing to score; give --checkpoint, --events"),
        (["--events", "found.tsv", "--scores", "."], "--events does not go with --scores"),
        (["--checkpoint", ".", "--events", "found.tsv"], "--events does not go with --checkpoint"),
        ([*FILES, "data=esc10"], "data=esc10: goes with --checkpoint"),
        (["--checkpoint", "nowhere"], "nowhere: does not exist"),
        (["--checkpoint", "."], ".: is not the folder of a run"),
        (["--checkpoint", "found.tsv"], "found.tsv: is not a checkpoint of wsed"),
        (["--tags", "found.tsv", "--reference", "reference.tsv"], "found.tsv: has no column dog"),
        ([*FILES, "metrics.psds_scenario1.dct=1"], "Did you mean metrics.psds_scenario1.dtc?"),
        ([*FILES, "metrics.psds_scenario2.dtc=x"], "metrics.psds_scenario2.dtc: is 'x'; it needs a number"),
    ],
)
def test_bad_options(
    options: list[str],
    said: str,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(files)
    assert main(["evaluate", *options]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


SCORES = {
    "gap": ("0\t0.1\t0.2\n0.2\t0.3\t0.2\n", "a.tsv, row 3: does not begin where the frame before ends"),
    "not increasing": ("0\t0.1\t0.2\n0\t0.1\t0.2\n", "a.tsv, row 3: times do not increase"),
    "out of range": ("0\t0.1\t0.2\n0.1\t0.2\t1.5\n", "a.tsv, row 3: score 1.5 of dog is not between 0 and 1"),
    "not a number": ("0\t0.1\tNaN\n", "a.tsv, row 2: dog is NaN"),
}


@pytest.mark.parametrize("kind", SCORES)
def test_bad_scores(kind: str, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, said = SCORES[kind]
    (files / "scores").mkdir()
    (files / "scores" / "a.tsv").write_text("onset\toffset\tdog\n" + content)
    (files / "scores" / "b.tsv").write_text("onset\toffset\tdog\n0\t0.1\t0.3\n")
    named = {name: str(files / f"{name}.tsv") for name in ("reference", "durations")}
    options = ["--scores", str(files / "scores"), "--reference", named["reference"], "--durations", named["durations"]]
    assert main(["evaluate", *options]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


TAGS = {
    "clip missing": ("a.wav\t0.1\n", "tags.tsv: has no row of clip b.wav"),
    "clip twice": ("a.wav\t0.1\na.wav\t0.2\n", "tags.tsv, row 3: is there twice"),
    "unknown clip": ("a.wav\t0.1\nb.wav\t0.2\nc.wav\t0.2\n", "tags.tsv: clip c.wav is not in"),
    "out of range": ("a.wav\t0.1\nb.wav\t-1\n", "tags.tsv, row 3: score -1 of dog is not between 0 and 1"),
}


@pytest.mark.parametrize("kind", TAGS)
def test_bad_tags(kind: str, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, said = TAGS[kind]
    (files / "tags.tsv").write_text("filename\tdog\n" + content)
    assert main(["evaluate", "--tags", str(files / "tags.tsv"), "--reference", str(files / "reference.tsv")]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
