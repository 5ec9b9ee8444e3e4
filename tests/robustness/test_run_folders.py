"""Run folders of others that are damaged or hostile, as every command reads them."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.robustness.command import Wsed
from tests.robustness.run_folders import (
    PSDS,
    Spoil,
    arrays,
    change,
    cut,
    folder,
    header_only,
    link,
    listening_socket,
    make_run,
    pipe,
    sparse,
    without,
    write,
    zip_bomb,
)
from wsed.__main__ import main
from wsed.runs.folder import RunFolder

DEEP = "[" * 100_000
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

ANY_JSON: dict[str, tuple[Spoil, str]] = {
    "empty": (write(""), "is not JSON"),
    "no JSON": (write("{"), "is not JSON"),
    "a list": (write("[1]"), "does not hold a mapping"),
    "a number": (write("3"), "does not hold a mapping"),
    "null": (write("null"), "does not hold a mapping"),
    "bytes": (write(b"\xff\xfe\x00"), "is not text in UTF-8"),
    "nan": (write('{"status": NaN}'), "has the number NaN"),
    "infinity": (write('{"status": 1e999}'), "has the number inf"),
    "a number too large": (write('{"status": 1' + "0" * 400 + "}"), "a whole number that is too large"),
    "a number of thousands of digits": (write('{"status": 1' + "0" * 5000 + "}"), "a whole number that is too large"),
    "deep": (write('{"a": ' + DEEP), "levels of lists and mappings"),
    "twice": (write('{"status": "done", "status": "failed"}'), "has the key 'status' twice"),
    "too long": (sparse(10**12), "has more than"),
    "a link out": (link("/etc/hostname"), "is a link out of its folder"),
    "a link to nothing": (link("nothing"), "does not exist"),
    "a link to itself": (link("status.json"), "cannot be read"),
    "a device": (link("/dev/zero"), "is a link out of its folder"),
    "a pipe": (pipe, "is a pipe, not a file"),
    "a socket": (listening_socket, "is a socket, not a file"),
}

STATUS: dict[str, tuple[Spoil, str]] = {
    **ANY_JSON,
    "blue": (change(status="blue"), "status is 'blue'"),
    "a state that is a list": (change(status=["done"]), "status is ['done']"),
    "no state": (without("status"), "has no status"),
    "a reason that is a mapping": (change(reason={"_target_": "os.system"}), "reason is {"),
    "running without process": (write('{"status": "running"}'), "does not say which process runs it"),
    "a process of everybody": (change(status="running", pid=-1), "pid is -1"),
    "a process that is text": (change(status="running", pid="7"), "pid is '7'"),
    "a process beyond any": (change(status="running", pid=2**40), "pid is 1099511627776"),
    "a host that is a list": (change(status="running", host=["h"]), "host is ['h']"),
    "a job that is an option": (change(status="running", slurm_job="1 --help"), "slurm_job is '1 --help'"),
    "a command that is a number": (change(command=7), "command is 7"),
}

RESULTS: dict[str, tuple[Spoil, str]] = {
    **{name: case for name, case in ANY_JSON.items() if name not in ("a link to itself",)},
    "metrics of text": (change(metrics={"frame/map": "0.7"}), "metrics.frame/map is '0.7'"),
    "metrics that are a list": (change(metrics=[0.7]), "metrics is [0.7]"),
    "metrics beyond any": (change(metrics={"frame/map": 1e308}), "metrics.frame/map is 1e+308"),
    "an interval of three": (change(metrics={"a/ci95": [1, 2, 3]}), "metrics.a/ci95 is [1, 2, 3]"),
    "an interval of text": (change(metrics={"a/ci95": ["1", 2]}), "metrics.a/ci95 is ['1', 2]"),
    "a truth value": (change(metrics={"a": True}), "metrics.a is True"),
    "a target": (change(metrics={"a": {"_target_": "os.system"}}), "metrics.a is {'_target_'"),
    "labels that are a mapping": (change(labels={"a": 1}), "labels is {'a': 1}"),
    "labels of numbers": (change(labels=[1, 2]), "labels.0 is 1"),
    "labels without end": (change(labels=["a"] * 100_000), "labels is ['a'"),
    "a label without end": (change(labels=["a" * 10**6]), "labels.0 is 'aaaa"),
    "choices that are a list": (change(choices=["gap"]), "choices is ['gap']"),
    "a choice that is a list": (change(choices={"pooling": ["gap"]}), "choices.pooling is ['gap']"),
    "overrides that are text": (change(overrides="a=b"), "overrides is 'a=b'"),
    "overrides of mappings": (change(overrides=[{"a": 1}]), "overrides.0 is {'a': 1}"),
    "a seed that is text": (change(seed="1"), "seed is '1'"),
    "parameters below zero": (change(parameters=-1), "parameters is -1"),
    "parameters that are a list": (change(parameters=[1]), "parameters is [1]"),
    "a time that is text": (change(timing={"train_seconds": "long"}), "timing.train_seconds is 'long'"),
    "timing that is a number": (change(timing=3), "timing is 3"),
    "a commit that is a number": (change(git={"commit": 7}), "git.commit is 7"),
    "a name that is a mapping": (change(name={"_target_": "x"}), "name is {"),
    "measures that are a mapping": (change(measures={"key": "a"}), "measures is {"),
    "a measure without key": (change(measures=[{"title": "a"}]), "measures.0 has no key"),
    "a measure with a million digits": (change(measures=[{"key": "a", "decimals": 10**6}]), "measures.0.decimals is"),
    "a measure for no class": (change(measures=[{"key": "a", "per_class": "ap"}]), "measures.0.per_class is 'ap'"),
    "a direction that is text": (change(measures=[{"key": "a", "higher_is_better": "up"}]), "higher_is_better is 'up'"),
}

YAML: dict[str, tuple[Spoil, str]] = {
    "no YAML": (write("a: ["), "is not YAML"),
    "bytes": (write(b"\x00\xff"), "is not text in UTF-8"),
    "a list": (write("- 1"), "does not hold a mapping"),
    "nothing": (write(""), "does not hold a mapping"),
    "a billion laughs": (write(BOMB), "has aliases"),
    "an object": (write("a: !!python/object/apply:os.system [touch executed]"), "is not YAML"),
    "a date": (write("a: 2020-01-01"), "has a value of the type date"),
    "a key that is a number": (write("1: 2"), "has the key 1, which is not text"),
    "a key that is a list": (write("? [1]\n: 2"), "is not YAML"),
    "twice": (write("metrics: {}\nmetrics: {}"), "has the key 'metrics' twice"),
    "deep": (write("a: " + DEEP), "levels of lists and mappings"),
    "deep blocks": (write("- " * 100_000), "levels of lists and mappings"),
    "a number of thousands of digits": (write("a: " + "1" * 10_000), "has a number of 10000 characters"),
    "a number in sixties": (write("a: 1" + ":00" * 10_000), "has a number of 30001 characters"),
    "not a number": (write("a: .nan"), "has the number nan"),
    "two documents": (write("a: 1\n---\nb: 2"), "is not YAML"),
    "too long": (sparse(10**12), "has more than"),
    "a link out": (link("/etc/passwd"), "is a link out of its folder"),
    "a pipe": (pipe, "is a pipe, not a file"),
}

CONFIG: dict[str, tuple[Spoil, str]] = {
    **YAML,
    "metrics that are a list": (change(metrics=[1]), "metrics is [1]"),
    "a metric that is a number": (change(metrics={"a": 1}), "metrics.a is 1"),
    "a scenario of text": (change(metrics={"a": {**PSDS, "dtc": "0.7"}}), "dtc is '0.7'"),
    "a scenario of lists": (change(metrics={"a": {**PSDS, "alpha_st": [1]}}), "alpha_st is [1]"),
    "a scenario beyond any": (change(metrics={"a": {**PSDS, "gtc": 1e300}}), "gtc is 1e+300"),
    "half of a scenario": (change(metrics={"a": {"_target_": PSDS["_target_"]}}), "has no dtc"),
    "a name that is a number": (change(metrics={"a": {**PSDS, "name": 7}}), "name is 7"),
    "scenarios without end": (change(metrics={f"a{n}": {**PSDS, "name": f"a{n}"} for n in range(50)}), "more than 6"),
}

LISTS: dict[str, tuple[Spoil, str]] = {
    **{name: case for name, case in ANY_JSON.items() if name not in ("a list", "a number", "null", "a link to itself")},
    "a mapping": (write("{}"), "is not a list of names"),
    "a number": (write("3"), "is not a list of names"),
    "null": (write("null"), "is not a list of names"),
    "numbers": (write("[1, 2]"), "is not a list of names"),
    "a name above": (write('["../../x"]'), "sweep.json: '../../x' cannot be the name of a file"),
    "the folder above": (write('[".."]'), "sweep.json: '..' leads out of its folder"),
    "an absolute name": (write('["/etc"]'), "sweep.json: '/etc' cannot be the name of a file"),
    "a name with zero": (write('["a\\u0000b"]'), "cannot be the name of a file"),
    "a name without end": (write(json.dumps(["a" * 10**6])), "cannot be the name of a file"),
    "half of a character": (write('["\\ud800"]'), "cannot be the name of a file"),
    "no name": (write('[""]'), "leads out of its folder"),
}


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run without predictions."""
    return make_run(tmp_path_factory.mktemp("runs") / "bare", predictions=False)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with all files."""
    return make_run(tmp_path_factory.mktemp("runs") / "whole")


@pytest.fixture
def sweep(wsed: Wsed, bare: Path) -> Path:
    """A sweep of the run `bad`, which tests spoil, and the run `good`."""
    for name in ("bad", "good"):
        shutil.copytree(bare, wsed.folder / "sweep" / name)
    (wsed.folder / "sweep" / "sweep.json").write_text(json.dumps(["bad", "good"]))
    return wsed.folder / "sweep"


@pytest.fixture
def both(wsed: Wsed, whole: Path) -> Path:
    """A folder of the run `bad`, which tests spoil, and the run `good`, with predictions."""
    for name in ("bad", "good"):
        shutil.copytree(whole, wsed.folder / "runs" / name)
    return wsed.folder / "runs"


def states(folder: Path) -> dict[str, str]:
    """The status of each run in `comparison.csv`, by folder."""
    table = pd.read_csv(folder / "comparison.csv")
    return {Path(path).name: status for path, status in zip(table["folder"], table["status"], strict=True)}


def check_all(wsed: Wsed, sweep: Path, name: str, says: str, shown: bool) -> None:
    """Checks that the run `bad` is named by every command, and that `good` is reported.

    Args:
        wsed: runs the commands.
        sweep: folder of both runs.
        name: the damaged file.
        says: what is wrong with it.
        shown: whether `sweep status` reads the file.
    """
    done = wsed.accepts("report", "sweep", "--output", "out")
    (line,) = [line for line in done.out.splitlines() if "damaged: " in line]
    assert line.startswith(f"bad damaged: sweep/bad/{name}: ")
    assert says in line
    assert states(wsed.folder / "out") == {"good": "done", "bad": "damaged"}
    assert f"bad/{name}" in (wsed.folder / "out" / "index.html").read_text()
    wsed.refuses("report", "sweep/bad", says=[f"bad/{name}: ", "; "])
    if shown:
        status = wsed.accepts("sweep", "status", "sweep", says=["damaged  bad: ", f"bad/{name}", "1 done, 1 damaged"])
        assert len(status.out.splitlines()) == 2


@pytest.mark.parametrize("case", STATUS)
def test_status(wsed: Wsed, sweep: Path, case: str) -> None:
    spoil, says = STATUS[case]
    spoil(sweep / "bad" / "status.json")
    check_all(wsed, sweep, "status.json", says, shown=True)


@pytest.mark.parametrize("case", RESULTS)
def test_results(wsed: Wsed, sweep: Path, case: str) -> None:
    spoil, says = RESULTS[case]
    spoil(sweep / "bad" / "results.json")
    check_all(wsed, sweep, "results.json", says, shown=False)


CURVES: dict[str, tuple[Spoil, str]] = {
    "bytes": (write(b"\xff\xfe"), "is not text in UTF-8"),
    "text for a number": (write("epoch,val/loss\n0,low\n"), "could not convert"),
    "a short row": (write("epoch,val/loss\n0\n"), "is damaged"),
    "an epoch of a thousand digits": (write("epoch,val/loss\n" + "9" * 4000 + ",1\n"), "epoch 999"),
    "an epoch below zero": (write("epoch,val/loss\n-1,1\n"), "epoch -1"),
    "a cell without end": (write("epoch,val/loss\n0," + "1" * 200_000 + "\n"), "field larger than field limit"),
    "columns without end": (write("epoch" + ",a" * 6000 + "\n"), "it has 6000 curves"),
    "too long": (sparse(10**12), "has more than"),
    "a link out": (link("/etc/passwd"), "is a link out of its folder"),
    "a device": (link("/dev/zero"), "is a link out of its folder"),
    "a pipe": (pipe, "is a pipe, not a file"),
    "a folder": (folder, "is a folder, not a file"),
    "a link to itself": (link("metrics.csv"), "cannot be read"),
}

EXAMPLES: dict[str, tuple[Spoil, str]] = {
    "empty": (write(b""), "is damaged"),
    "no archive": (write(b"PK no archive"), "is damaged"),
    "half of it": (cut(0.5), "is damaged"),
    "terabytes declared": (header_only((10**6, 10**6)), "labels.npy ends early"),
    "more axes than any": (header_only((1,) * 100), "is damaged"),
    "a shape below zero": (header_only((-1, 5)), "is damaged"),
    "objects": (arrays(labels=lambda old: old.astype(object)), "holds object, neither numbers nor text"),
    "far more than its file": (zip_bomb, "its arrays have more than 256 MB"),
    "no labels": (arrays(labels=None), "has no array labels"),
    "no scores": (arrays(frame_probs=None), "has no array frame_probs"),
    "half of the saliency": (arrays(saliency_strong=np.ones((2, 24, 8))), "has no array saliency_weak"),
    "a missing axis": (arrays(log_mel=lambda _: [[1.0, 2.0]]), "log_mel has the shape (1, 2)"),
    "one class too few": (arrays(frame_probs=lambda old: old[:, :1]), "frame_probs has the shape"),
    "one clip too few": (arrays(masks=lambda old: old[:1]), "masks has the shape"),
    "no frames": (arrays(strong=lambda old: old[..., :0], frame_probs=lambda old: old[..., :0]), "its axes are"),
    "not a number": (arrays(log_mel=lambda old: old * float("nan")), "log_mel has values that are not finite"),
    "infinity": (arrays(frame_probs=lambda old: old + float("inf")), "frame_probs has values that are not finite"),
    "beyond any": (arrays(log_mel=lambda old: old * 1e200), "log_mel has values outside of"),
    "no probability": (arrays(masks=lambda old: old * 7), "masks has values outside of"),
    "text for numbers": (arrays(log_mel=lambda old: old.astype(str)), "log_mel holds <U"),
    "numbers for text": (arrays(filename=lambda _: [1, 2]), "filename holds int64"),
    "a class that is not known": (arrays(label=lambda _: ["baby_cry", "dog"]), "labels has no 'dog'"),
    "no rate": (arrays(frames_per_second=lambda _: 0.0), "frames_per_second is 0.0"),
    "a rate below zero": (arrays(frames_per_second=lambda _: -12.0), "frames_per_second is -12.0"),
    "days": (arrays(frames_per_second=lambda _: 1e-9), "frames_per_second is 1e-09"),
    "a rate that is not finite": (arrays(frames_per_second=lambda _: float("nan")), "frames_per_second has values"),
    "a link out": (link("/etc/passwd"), "is a link out of its folder"),
    "a pipe": (pipe, "is a pipe, not a file"),
    "a folder": (folder, "is a folder, not a file"),
}

SCORES: dict[str, tuple[str, Spoil, str]] = {
    "a clip without scores": ("scores/clip_a.tsv", Path.unlink, "clip_a.tsv has either no scores or no duration"),
    "scores of no clip": ("scores/other.tsv", write("x"), "other.tsv has either no scores or no duration"),
    "no scores": ("scores/clip_a.tsv", write(""), "No columns to parse"),
    "only a header": ("scores/clip_a.tsv", write("onset\toffset\tbaby_cry\tglass_break\n"), "it has no frames"),
    "a missing class": ("scores/clip_a.tsv", write("onset\toffset\tbaby_cry\n0\t1\t1\n"), "glass_break"),
    "text for a score": (
        "scores/clip_a.tsv",
        write("onset\toffset\tbaby_cry\tglass_break\n0\t1\tx\t1\n"),
        "could not convert",
    ),
    "not a number": (
        "scores/clip_a.tsv",
        write("onset\toffset\tbaby_cry\tglass_break\n0\t1\tnan\t1\n"),
        "a score that is not a finite number",
    ),
    "frames that go back": (
        "scores/clip_a.tsv",
        write("onset\toffset\tbaby_cry\tglass_break\n1\t2\t1\t1\n0\t1\t1\t1\n"),
        "its frames do not follow each other",
    ),
    "bytes for scores": ("scores/clip_a.tsv", write(b"\xff\x00\xfe"), "is damaged"),
    "a pipe for scores": ("scores/clip_a.tsv", pipe, "is a pipe, not a file"),
    "a link for scores": ("scores/clip_a.tsv", link("/etc/passwd"), "is a link out of its folder"),
    "scores that are too long": ("scores/clip_a.tsv", sparse(10**12), "has more than"),
    "no durations": ("durations.tsv", write(""), "No columns to parse"),
    "a duration below zero": ("durations.tsv", write("filename\tduration\na\t-1\n"), "does not last between"),
    "a duration beyond any": ("durations.tsv", write("filename\tduration\na\t1e300\n"), "does not last between"),
    "a duration of text": ("durations.tsv", write("filename\tduration\na\tlong\n"), "could not convert"),
    "a duration of no clip": ("durations.tsv", write("filename\tduration\n\t1\n"), "a clip has no name"),
    "durations that are a device": ("durations.tsv", link("/dev/zero"), "is a link out of its folder"),
    "a column too few": ("reference.tsv", write("filename\tonset\na\t1\n"), "event_label"),
    "an event before its onset": (
        "reference.tsv",
        write("filename\tonset\toffset\tevent_label\nclip_a.wav\t2\t1\tbaby_cry\n"),
        "an event does not last",
    ),
    "an event without times": (
        "reference.tsv",
        write("filename\tonset\toffset\tevent_label\nclip_a.wav\t\t\tbaby_cry\n"),
        "an event does not last",
    ),
    "a reference of no clip": (
        "reference.tsv",
        write("filename\tonset\toffset\tevent_label\nelsewhere.wav\t0\t1\tbaby_cry\n"),
        "is of no clip",
    ),
    "a reference that is a pipe": ("reference.tsv", pipe, "is a pipe, not a file"),
}

SOUNDS: dict[str, tuple[Spoil, str]] = {
    "a link to a file": (link("/etc/passwd"), "is a link out of its folder"),
    "a link to a device": (link("/dev/zero"), "is a link out of its folder"),
    "a link to another run": (link("../../../../good/results.json"), "is a link out of its folder"),
    "a link to another file of the run": (link("../../../results.json"), "is no FLAC file"),
    "a link to nothing": (link("nothing"), "does not exist"),
    "a pipe": (pipe, "is a pipe, not a file"),
    "a folder": (folder, "is a folder, not a file"),
    "text": (write("root:x:0"), "is no FLAC file"),
    "empty": (write(""), "is no FLAC file"),
    "too long": (sparse(10**12), "has more than 16 MB"),
}


@pytest.mark.parametrize("case", CONFIG)
def test_config(wsed: Wsed, both: Path, case: str) -> None:
    spoil, says = CONFIG[case]
    spoil(both / "bad" / "config.yaml")
    check_left_out(wsed, "config.yaml", says)
    assert not list(wsed.folder.rglob("executed"))


@pytest.mark.parametrize("case", LISTS)
def test_the_list_of_a_sweep(wsed: Wsed, sweep: Path, case: str) -> None:
    spoil, says = LISTS[case]
    spoil(sweep / "sweep.json")
    wsed.refuses("sweep", "status", "sweep", says=["sweep/sweep.json: ", says, "; "])


def test_a_folder_in_place_of_a_file(wsed: Wsed, sweep: Path) -> None:
    # No file of a run has this kind, so the run counts as one that has not ended.
    folder(sweep / "bad" / "results.json")
    wsed.accepts("report", "sweep", "--output", "out")
    folder(sweep / "bad" / "status.json")
    wsed.accepts("report", "sweep", "--output", "out")
    assert states(wsed.folder / "out") == {"good": "done"}
    wsed.accepts("sweep", "status", "sweep", says=["damaged  bad: ", "is a folder, not a file"])


def check_left_out(wsed: Wsed, name: str, says: str) -> str:
    """Checks that a report names a file of the run `bad` in one line, and shows both runs; returns the page."""
    done = wsed.accepts("report", "runs", "--output", "out")
    (line,) = [line for line in done.out.splitlines() if "left out" in line]
    assert line.startswith(f"runs/bad/{name}: ")
    assert says in line
    assert states(wsed.folder / "out") == {"good": "done", "bad": "done"}
    page = (wsed.folder / "out" / "index.html").read_text()
    assert f"runs/bad/{name}: " in page
    assert "cm9vdDp4OjA" not in page.replace("good", ""), "the page has the content of /etc/passwd"
    return page


@pytest.mark.parametrize("case", CURVES)
def test_curves(wsed: Wsed, both: Path, case: str) -> None:
    spoil, says = CURVES[case]
    spoil(both / "bad" / "metrics.csv")
    check_left_out(wsed, "metrics.csv", says)


@pytest.mark.parametrize("case", EXAMPLES)
def test_examples(wsed: Wsed, both: Path, case: str) -> None:
    spoil, says = EXAMPLES[case]
    spoil(both / "bad" / "predictions" / "examples.npz")
    page = check_left_out(wsed, "predictions/examples.npz", says)
    assert "Listening" in page


@pytest.mark.parametrize("case", SCORES)
def test_scores(wsed: Wsed, both: Path, case: str) -> None:
    name, spoil, says = SCORES[case]
    spoil(both / "bad" / "predictions" / name)
    page = check_left_out(wsed, f"predictions/{'scores' if 'either' in says else name}", says)
    assert "PSD-ROC of" in page


@pytest.mark.parametrize("case", SOUNDS)
def test_sounds(wsed: Wsed, both: Path, case: str) -> None:
    spoil, says = SOUNDS[case]
    name = "predictions/audio/clip_a/separated.flac"
    spoil(both / "bad" / name)
    check_left_out(wsed, name, says)


def test_folders_in_circles_and_many_others(wsed: Wsed, sweep: Path) -> None:
    (sweep / "circle").symlink_to(".")
    (sweep / "up").symlink_to("..")
    (sweep / "other").symlink_to("/proc")
    (sweep / "ring").symlink_to("ring")
    for number in range(20_000):
        (sweep / f"file-{number}").touch()
    wsed.accepts("report", "sweep", "--output", "out")
    assert states(wsed.folder / "out") == {"good": "done", "bad": "done"}
    wsed.refuses("report", "sweep/ring", says="is not a folder")


def test_an_output_that_cannot_be_written(wsed: Wsed, sweep: Path) -> None:
    (wsed.folder / "file").write_text("")
    wsed.refuses("report", "sweep", "--output", "file", says="file: cannot be written (")
    (wsed.folder / "out" / "index.html").mkdir(parents=True)
    (wsed.folder / "out" / "index.html" / "x").touch()
    wsed.refuses("report", "sweep", "--output", "out", says="out: cannot be written (", leaves=["*/comparison.*"])


@pytest.mark.parametrize("name", ["results.json", "config.yaml", "metrics.csv", "predictions"])
def test_files_that_vanish_meanwhile(
    both: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [RunFolder(both / name) for name in ("bad", "good")]

    def vanishing(folder: Path, unreadable: object) -> Iterator[RunFolder]:
        yield from found
        # The folder has been listed, and nothing has been read.
        path = both / "bad" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    monkeypatch.setattr("wsed.reports.runs.find_runs", vanishing)
    assert main(["report", str(both), "--output", str(both.parent / "out")]) == 0
    expected = "damaged" if name == "results.json" else "done"
    assert states(both.parent / "out") == {"good": "done", "bad": expected}
    assert ("results.json: does not exist" in capsys.readouterr().out) == (expected == "damaged")


def test_scores_that_are_intervals_in_one_run_alone(wsed: Wsed, sweep: Path) -> None:
    scores = {"frame/map": [0.1, 0.2], "frame/map/ci95": None, "frame/class/ci95/ap": [1, None]}
    change(metrics=scores, labels=["ci95"])(sweep / "bad" / "results.json")
    wsed.accepts("report", "sweep", "--output", "out")
    assert states(wsed.folder / "out") == {"good": "done", "bad": "done"}
