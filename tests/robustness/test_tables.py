"""Tables of others: each is read rightly, or refused with its file and row."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data import miniature_corpora as corpora
from tests.robustness.command import Wsed
from tests.robustness.test_one_class import HEADER, TABLES

WEAK = "filename\tevent_labels\n"
BAD: dict[str, tuple[str, str, str]] = {
    "stray quote first": (
        "test.tsv",
        HEADER + '"e.wav\t0.1\t0.4\ta\nf.wav\t0\t1\t"b\n',
        "row 2: a quotation mark opens",
    ),
    "stray quote last": ("test.tsv", HEADER + 'e.wav\t0.1\t0.4\t"a\nf.wav\t\t\t\n', "row 2: a quotation mark opens"),
    "quote in a header": ("test.tsv", '"' + HEADER + "e.wav\t0\t1\ta\n", "row 1: a quotation mark opens"),
    "text after a quote": ("test.tsv", HEADER + '"e"x.wav\t0\t1\ta\n', "row 2: is not a row of a table"),
    "row twice": ("test.tsv", HEADER + "e.wav\t0\t1\ta\ne.wav\t0\t1\ta\n", "row 3: is there twice (e.wav)"),
    "empty clip twice": ("test.tsv", HEADER + "f.wav\t\t\t\nf.wav\t\t\t\n", "row 3: is there twice (f.wav)"),
    "clip twice": ("train.tsv", WEAK + "t0.wav\ta\nt0.wav\tb\n", "row 3: is there twice (t0.wav)"),
    "one file, two names": ("train.tsv", WEAK + "t0.wav\ta\n./t0.wav\tb\n", "./t0.wav is there twice in one split"),
    "other split": ("test.tsv", HEADER + "t0.wav\t0\t1\ta\n", "t0.wav: is in both train and test"),
    "other split, other name": ("test.tsv", HEADER + "./t0.wav\t0\t1\ta\n", "t0.wav: is in both train and test"),
    "parent": ("train.tsv", WEAK + "../x.wav\ta\n", "train.tsv, row 2: '../x.wav' leads out of its folder"),
    "absolute": ("train.tsv", WEAK + "/etc/passwd\ta\n", "row 2: '/etc/passwd' leads out of its folder"),
    "hidden parent": ("test.tsv", HEADER + "a/../../x.wav\t0\t1\ta\n", "row 2: 'a/../../x.wav' leads out"),
    "escape sequence": ("train.tsv", WEAK + "a\x1b[2J.wav\ta\n", "row 2: 'a\\x1b[2J.wav' cannot be the name of a file"),
    "long name": ("train.tsv", WEAK + "x" * 10**5 + "\ta\n", "cannot be the name of a file"),
    "NUL": ("train.tsv", WEAK + "t0\0.wav\ta\n", "row 2: has a NUL character"),
    "carriage return": ("train.tsv", WEAK + "t0.wav\rt1.wav\ta\n", "row 2: has a carriage return inside"),
    "long line": ("train.tsv", WEAK + "t0.wav\t" + "a" * (2 * 10**6) + "\n", "row 2: has 2000007 characters"),
    "long value": (
        "train.tsv",
        WEAK + "t0.wav\t" + "a" * 200_000 + "\n",
        "row 2: is not a row of a table (field larger",
    ),
    "many columns": ("train.tsv", WEAK + "t0.wav" + "\t" * 10**5 + "a\n", "row 2: has 100001 values for 2 columns"),
    "many columns in the header": ("train.tsv", "\t".join(map(str, range(10**5))) + "\n", "has no column filename"),
    "ten million columns": ("train.tsv", "a\t" * 10**7, "row 1: has 20000000 characters"),
    "column twice": ("train.tsv", "filename\tfilename\nt0.wav\ta\n", "has the column filename twice"),
    "empty": ("train.tsv", "", "the train split has no data"),
    "header only": ("train.tsv", WEAK, "the train split has no data"),
    "more values": ("train.tsv", WEAK + "t0.wav\ta\tb\n", "row 2: has 3 values for 2 columns"),
    "no filename": ("train.tsv", WEAK + "\ta\n", "row 2: has no filename"),
    "empty label": ("train.tsv", WEAK + "t0.wav\ta,,b\n", "row 2: has an empty label"),
    "beyond its clip": ("test.tsv", HEADER + "e.wav\t2\t3\ta\n", "row 2: a from 2 to 3 s is beyond the 1 s of e.wav"),
}
for value in ("nan", "inf", "-inf", "1e400", "0x10", "1_000", "\u0661", "1,5", "one", "1d3", "1e", "0b1", "1j", "True"):
    BAD[f"onset {value}"] = ("test.tsv", HEADER + f"e.wav\t{value}\t1\ta\n", f"row 2: onset is {value}")
for value in ("1e6", "86401", "1" * 300):
    BAD[f"offset {value[:9]}"] = ("test.tsv", HEADER + f"e.wav\t0\t{value}\ta\n", "is more than a day; give seconds")


@pytest.fixture
def corpus(wsed: Wsed) -> Path:
    folder = wsed.folder / "corpus"
    corpora.tables(folder)
    return folder


CHECK = ["data", "check", *TABLES[1:4], "data.labels=[a,b]"]


@pytest.mark.parametrize("kind", BAD)
def test_a_table_that_is_refused(wsed: Wsed, corpus: Path, kind: str) -> None:
    name, content, said = BAD[kind]
    (corpus / name).write_text(content, newline="")
    wsed.refuses("train", *TABLES, "data.labels=[a,b]", says=said, leaves=["run"])
    ended = wsed.run(*CHECK)
    assert "Traceback" not in ended.err
    if kind not in ("header only", "empty"):
        problems = [line for line in ended.out.splitlines() if line.startswith("problem: ")]
        assert ended.code == 1
        assert any(said.partition(": is in both")[0] in line for line in problems), ended.out
        assert max(map(len, problems)) < 600


def binary(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


SPECIAL: dict[str, tuple[Callable[[Path], object], str]] = {
    "UTF-16": (binary((WEAK + "t0.wav\ta\n").encode("utf-16")), "train.tsv: is not text in UTF-8"),
    "UTF-16 without a mark": (binary((WEAK + "t0.wav\ta\n").encode("utf-16-le")), "row 1: has a NUL character"),
    "Latin-1": (binary((WEAK + "t\xe9.wav\ta\n").encode("latin-1")), "train.tsv: is not text in UTF-8"),
    "folder": (Path.mkdir, "train.tsv: is a folder, not a file"),
    "pipe": (os.mkfifo, "train.tsv: is a pipe, not a file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "train.tsv: is a device, not a file"),
    "link to nothing": (lambda path: path.symlink_to("nowhere"), "train.tsv: is a link to nothing"),
    "loop": (lambda path: path.symlink_to(path.name), "train.tsv: "),
    "sparse file of a terabyte": (lambda path: path.touch() or os.truncate(path, 2**40), "has more than 256 MB"),
}


@pytest.mark.parametrize("kind", SPECIAL)
def test_a_file_that_is_no_table(wsed: Wsed, corpus: Path, kind: str) -> None:
    make, said = SPECIAL[kind]
    (corpus / "train.tsv").unlink()
    make(corpus / "train.tsv")
    wsed.refuses("train", *TABLES, "data.labels=[a,b]", says=said, leaves=["run"])


GOOD = {
    "byte-order mark": "\ufeff" + WEAK + "t0.wav\ta\nt1.wav\tb\n",
    "Windows": WEAK.replace("\n", "\r\n") + "t0.wav\ta\r\nt1.wav\tb\r\n",
    "old Mac": WEAK.replace("\n", "\r") + "t0.wav\ta\rt1.wav\tb\r",
    "commas and quotes": 'filename,event_labels\n"t0.wav","a,b"\nt1.wav,b\n',
    "empty lines": WEAK + "\n\nt0.wav\ta\n\t\nt1.wav\tb",
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_table_that_is_read(wsed: Wsed, corpus: Path, kind: str) -> None:
    (corpus / "train.tsv").write_text(GOOD[kind], newline="")
    report = json.loads(wsed.run(*CHECK, "--json").out)
    assert report["splits"]["train"]["clips"] == 2
    assert not [problem for problem in report["problems"] if "train" in problem]


def test_clips_of_one_stem_have_files_of_their_own(wsed: Wsed, corpus: Path) -> None:
    names = ["s1/4.wav", "s2/4.wav", "s2/4.flac", "5.wav"]
    for number, name in enumerate(names):
        corpora.sound(corpus / "audio" / name, 0.5 + number / 10)
    rows = [f"{name}\t0.1\t0.4\t{'ab'[number % 2]}\n" for number, name in enumerate(names)]
    (corpus / "test.tsv").write_text(HEADER + "".join(rows))
    wsed.accepts("train", *TABLES, "data.labels=[a,b]")
    scores = sorted(path.name for path in (wsed.folder / "run" / "predictions" / "scores").iterdir())
    assert scores == ["5.wav.tsv", "s1%2F4.wav.tsv", "s2%2F4.flac.tsv", "s2%2F4.wav.tsv"]
    files = ["--scores", "run/predictions/scores", "--reference", "run/predictions/reference.tsv"]
    files += ["--durations", "run/predictions/durations.tsv"]
    wsed.accepts("evaluate", *files, "evaluation.draws=0", says="psds/scenario1")
    wsed.accepts("report", "run")


SOUNDBANKS = {
    "esc50": ("meta/esc50.csv", "1-1-A-0.wav,1,"),
    "urbansound8k": ("metadata/UrbanSound8K.csv", "1-0-0-0.wav,1,"),
    "fsdkaggle2018": ("FSDKaggle2018.meta/train_post_competition.csv", "Bark0.wav,"),
}


def first_row(path: Path) -> tuple[str, str, str]:
    header, row, rest = path.read_text().split("\n", 2)
    return header, row, rest


@pytest.mark.parametrize("choice", SOUNDBANKS)
def test_tables_of_soundbanks(wsed: Wsed, choice: str) -> None:
    words = ["train", "logger=csv", "hydra.run.dir=run", *corpora.write(choice, wsed.folder / "corpus")]
    path = wsed.folder / "corpus" / SOUNDBANKS[choice][0]
    header, row, rest = first_row(path)
    name = row.split(",")[0]
    changed = {
        f"{row}\n{row}": f"row 3: is there twice ({name})",
        row.replace(name, "../x.wav"): "row 2: '../x.wav' leads out of its folder",
        row.replace(name, "/etc/passwd"): "row 2: '/etc/passwd' leads out of its folder",
        f'"{row}': "row 2: a quotation mark opens a value",
    }
    if choice == "esc50":
        changed |= {
            row.replace(",1,", f",{fold},", 1): f"row 2: fold is {fold}" for fold in ("x", "1.5", "-1", "\u0661")
        }
    if choice == "urbansound8k":
        changed |= {row.replace(",1,1,", f",1,{fold},", 1): f"row 2: fold is {fold}" for fold in ("x", "1.5")}
    for text, said in changed.items():
        path.write_text(f"{header}\n{text}\n{rest}")
        wsed.refuses(*words, says=[path.name, said], leaves=["run"])


SETUP = {
    "wrong type": ("babycry: 3\n", "events_devtrain.yaml"),
    "list": ("[1, 2]\n", "events_devtrain.yaml"),
    "missing class": ("{}\n", "babycry"),
    "missing key": ("babycry: [{segment: [0, 1]}]\n", "babycry.0.audio_filename"),
    "no segment": ("babycry: [{audio_filename: a.wav}]\n", "babycry.0.segment"),
    "half a segment": ("babycry: [{audio_filename: a.wav, segment: [0]}]\n", "babycry.0.segment"),
    "nan": ("babycry: [{audio_filename: a.wav, segment: [.nan, 1]}]\n", "babycry.0.segment.0"),
    "parent": ("babycry: [{audio_filename: .., segment: [0, 1]}]\nglassbreak: []\ngunshot: []\n", "leads out"),
    "no YAML": ("babycry: [\n", "is not YAML"),
    "code": ("!!python/object/apply:os.system ['touch PWNED']\n", "is not YAML"),
    "deep": ("[" * 10**4, "is not YAML"),
    "billion laughs": (
        "l0: &l0 [x, x]\n" + "".join(f"l{n + 1}: &l{n + 1} [*l{n}, *l{n}]\n" for n in range(24)),
        "events_devtrain.yaml",
    ),
    "merge bomb": (
        "l0: &l0 {x: 1}\n"
        + "".join(f"l{n + 1}: &l{n + 1} {{<<: [{', '.join([f'*l{n}'] * 9)}]}}\n" for n in range(12)),
        "is not YAML",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SETUP)
def test_setups_of_rare_events(wsed: Wsed, kind: str) -> None:
    words = corpora.write("rare_events", wsed.folder / "corpus")
    content, said = SETUP[kind]
    (wsed.folder / "corpus" / "cv_setup" / "events_devtrain.yaml").write_text(content)
    wsed.refuses("train", "logger=csv", "hydra.run.dir=run", *words, says=said, leaves=["run"])


REFERENCE = HEADER + "a.wav\t0.5\t1.5\tdog\nb.wav\t\t\t\n"
DURATIONS = "filename\tduration\na.wav\t2\nb.wav\t2\n"
FRAMES = "onset\toffset\tdog\n0\t1\t0.5\n1\t2\t0.25\n"
SCORES: dict[str, tuple[dict[str, str], str]] = {
    "one missing": ({"a.tsv": FRAMES}, "has no b.tsv"),
    "one too many": ({"a.tsv": FRAMES, "b.tsv": FRAMES, "c.tsv": FRAMES}, "c.tsv: is of a clip that the reference"),
    "two for one": ({"a.tsv": FRAMES, "a.wav.tsv": FRAMES, "b.tsv": FRAMES}, "a.wav.tsv: is of a clip that"),
    "no rows": ({"a.tsv": FRAMES, "b.tsv": "onset\toffset\tdog\n"}, "b.tsv: has no frames"),
    "empty": ({"a.tsv": FRAMES, "b.tsv": ""}, "b.tsv: has no frames"),
    "NaN": ({"a.tsv": FRAMES, "b.tsv": FRAMES.replace("0.25", "nan")}, "b.tsv, row 3: dog is nan"),
    "no value": ({"a.tsv": FRAMES, "b.tsv": FRAMES.replace("0.25", "")}, "b.tsv, row 3: dog is nan"),
    "beyond 1": ({"a.tsv": FRAMES, "b.tsv": FRAMES.replace("0.25", "1.25")}, "row 3: score 1.25 of dog is not between"),
    "order": ({"a.tsv": FRAMES, "b.tsv": FRAMES.replace("1\t2\t", "3\t2\t")}, "row 3: times do not increase"),
    "other class": ({"a.tsv": FRAMES, "b.tsv": FRAMES.replace("dog", "cat")}, "b.tsv: has no column dog"),
    "more classes": ({"a.tsv": FRAMES, "b.tsv": "onset\toffset\tdog\tcat\n0\t1\t0\t0\n"}, "event class cat is not in"),
    "class twice": ({"a.tsv": FRAMES, "b.tsv": "onset\toffset\tdog\tdog\n0\t1\t0\t0\n"}, "has the column dog twice"),
    "late": ({"a.tsv": FRAMES, "b.tsv": "onset\toffset\tdog\n0\t1e9\t0.5\n"}, "b.tsv, row 2: times do not increase"),
}


def score_words(wsed: Wsed, files: dict[str, str]) -> list[str]:
    (wsed.folder / "scores").mkdir()
    for name, content in {"reference.tsv": REFERENCE, "durations.tsv": DURATIONS}.items():
        (wsed.folder / name).write_text(content)
    for name, content in files.items():
        (wsed.folder / "scores" / name).write_text(content)
    return ["evaluate", "--scores", "scores", "--reference", "reference.tsv", "--durations", "durations.tsv"]


@pytest.mark.parametrize("kind", SCORES)
def test_folders_of_scores(wsed: Wsed, kind: str) -> None:
    files, said = SCORES[kind]
    wsed.refuses(*score_words(wsed, files), says=said)


def test_a_score_file_that_is_a_pipe(wsed: Wsed) -> None:
    words = score_words(wsed, {"a.tsv": FRAMES})
    os.mkfifo(wsed.folder / "scores" / "b.tsv")
    wsed.refuses(*words, says="b.tsv: is a pipe, not a file")


def test_frame_rates_may_differ(wsed: Wsed) -> None:
    fine = "onset\toffset\tdog\n" + "".join(f"{n / 4}\t{(n + 1) / 4}\t{0.1 if n < 2 else 0.9}\n" for n in range(6))
    ended = wsed.accepts(
        *score_words(wsed, {"a.tsv": fine, "b.tsv": "onset\toffset\tdog\n0\t2\t0\n"}), "evaluation.draws=0"
    )
    assert "event_based/micro/f1                      1.0000" in ended.out


def test_times_of_events_that_would_need_much_memory(wsed: Wsed) -> None:
    (wsed.folder / "reference.tsv").write_text(HEADER + "a.wav\t0\t1e9\tdog\n")
    words = ["evaluate", "--events", "reference.tsv", "--reference", "reference.tsv"]
    wsed.refuses(*words, says="reference.tsv, row 2: offset 1e+09 is more than a day")
    (wsed.folder / "durations.tsv").write_text("filename\tduration\na.wav\t1e9\n")
    wsed.refuses(*words, "--durations", "durations.tsv", says="row 2: duration 1e+09 is more than a day")
