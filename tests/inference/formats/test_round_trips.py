"""A reader of a format gets exactly the names that were written, or they are refused."""

import csv
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from praatio import textgrid

from tests.inference.formats.examples import detected, dogs, recordings
from wsed.data.annotations import read_events
from wsed.errors import UserError
from wsed.inference.detected import Detected, DetectedEvent
from wsed.inference.formats import formats
from wsed.inference.formats.audacity_reader import read_audacity
from wsed.inference.formats.label_text import without_channel

Read = list[tuple[str, float, float, str, float, int]]
"""Filename, onset, offset, label, score and channel. What a format does not have is left out of the comparison."""


def read_tsv(path: Path) -> Read:
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, encoding="utf-8", lineterminator="\n")
    rows = [
        (filename, float(onset), float(offset), text, float(score))
        for filename, onset, offset, text, score in table[table["onset"] != ""].itertuples(index=False, name=None)
    ]
    assert list(read_events(path).dropna().itertuples(index=False, name=None)) == [row[:4] for row in rows]
    return [(*row[:3], without_channel(row[3])[0], row[4], without_channel(row[3])[1]) for row in rows]


def read_raven(path: Path) -> Read:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", strict=True))
    assert [int(row["Selection"]) for row in rows] == list(range(1, len(rows) + 1))
    return [
        (
            row["Begin Path"],
            float(row["Begin Time (s)"]),
            float(row["End Time (s)"]),
            row["Annotation"],
            float(row["Score"]),
            int(row["Channel"]),
        )
        for row in rows
    ]


def read_json_lines(path: Path) -> Read:
    events = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    keys = ("filename", "onset", "offset", "event_label", "score")
    return [(*(event[key] for key in keys), event.get("channel", 1)) for event in events]


def read_labels(path: Path) -> Read:
    scores = [float(line.rpartition(" ")[2]) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    events = read_audacity(path).itertuples(index=False, name=None)
    return [
        ("", onset, offset, label, score, channel)
        for (onset, offset, label, channel), score in zip(events, scores, strict=True)
    ]


def read_text_grid(path: Path) -> Read:
    grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False, reportingMode="error")
    found = [(*without_channel(name), entry) for name in grid.tierNames for entry in grid.getTier(name).entries]
    return [("", entry.start, entry.end, label, float(entry.label), channel) for label, channel, entry in found]


READERS: dict[str, Callable[[Path], Read]] = {
    "tsv": read_tsv,
    "audacity": read_labels,
    "raven": read_raven,
    "jsonl": read_json_lines,
    "textgrid": read_text_grid,
}
WITHOUT_FILENAME = {"audacity", "textgrid"}


def expected(name: str, recording: Detected) -> Read:
    filename = "" if name in WITHOUT_FILENAME else recording.filename
    return [
        (filename, round(row.onset, 6), round(row.offset, 6), row.event_label, round(row.score, 6), row.channel or 1)
        for row in recording.rows()
    ]


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == set(formats())


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150, deadline=None)
@given(recording=recordings())
def test_a_reader_gets_what_was_written(name: str, recording: Detected) -> None:
    form = formats()[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"events{form.suffix}"
        try:
            form.write(path, recording)
        except UserError:
            assert name != "jsonl"
            assert not list(Path(folder).iterdir())
        else:
            assert sorted(READERS[name](path)) == sorted(expected(name, recording))


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "label",
    ["Room 101", "Note 0.5", "Dog 1", "Dog 0.91234", '"', '"a" b', 'a "b"', "=1+1", "Größe", "犬", "nan", "NA", "12",
     "a, b", "Dog (channel)", "(channel 2)", "0.912345", "a\u00a0b", "#a", "-"],
)  # fmt: skip
def test_unusual_labels_are_not_refused(tmp_path: Path, name: str, label: str) -> None:
    events = [DetectedEvent(float(channel), channel + 0.5, label, 0.25, channel) for channel in (1, 2)]
    recording = detected(f"{label}/ {label}.wav", events, [label])
    path = tmp_path / f"events{formats()[name].suffix}"
    formats()[name].write(path, recording)
    assert READERS[name](path) == expected(name, recording)


@pytest.mark.parametrize("name", ["tsv", "raven"])
@pytest.mark.parametrize("filename", ["a\tb.wav", "a\nb.wav", "a\rb.wav", "\0", "a\u2028.wav", "\udcff.wav", ""])
def test_a_filename_that_a_table_cannot_hold_is_refused(name: str, filename: str) -> None:
    with pytest.raises(UserError, match=rf"which {name} files cannot hold; rename the file"):
        formats()[name].check(filename, ["Dog"])


@pytest.mark.parametrize("name", ["tsv", "audacity", "textgrid"])
def test_a_label_that_looks_like_another_with_a_channel_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"the event class 'Dog \(channel 2\)' ends like a channel"):
        formats()[name].check("a.wav", ["Dog", "Dog (channel 2)"])


def test_a_label_that_looks_like_another_with_a_score_is_refused_where_the_score_is_in_the_label() -> None:
    with pytest.raises(UserError, match="ends like a score"):
        formats()["audacity"].check("a.wav", ["Dog 0.912345"])
    formats()["tsv"].check("a.wav", ["Dog 0.912345"])


@pytest.mark.parametrize(
    ("name", "label"),
    [("audacity", " Dog"), ("audacity", "Dog "), ("textgrid", "item [2]"), ("textgrid", "intervals[2]"),
     ("textgrid", "ooTextFile short")],
)  # fmt: skip
def test_a_label_that_readers_would_change_is_refused(name: str, label: str) -> None:
    with pytest.raises(UserError, match=f"which {name} files cannot hold; choose another format"):
        formats()[name].check("a.wav", [label])
    formats()["jsonl"].check("a.wav", [label])


@pytest.mark.parametrize("name", READERS)
def test_numbers_have_six_decimals_and_no_exponent(name: str) -> None:
    text = formats()[name].text(dogs("a.wav"))
    numbers = re.findall(r"-?[0-9.]+(?:[eE][-+]?[0-9]+)?", text.replace("0.0\t8000.0", ""))
    assert {"0.000050", "1.500000", "0.912345", "0.000010"} <= set(numbers)
    assert not [number for number in numbers if "e" in number.lower()]


@pytest.mark.parametrize("name", READERS)
def test_a_file_is_replaced_or_left_as_it_was(tmp_path: Path, name: str) -> None:
    form = formats()[name]
    path = tmp_path / f"events{form.suffix}"
    path.write_text("old")
    if name != "jsonl":
        with pytest.raises(UserError):
            form.write(path, detected("a\tb.wav", [], ["Dog\t"]))
        assert path.read_text() == "old"
    form.write(path, dogs("a.wav"))
    assert path.read_text(encoding="utf-8") == form.text(dogs("a.wav"))
    assert list(tmp_path.iterdir()) == [path]
