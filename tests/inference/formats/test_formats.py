"""The formats as the tools read them that they are for."""

import json
import subprocess
import sys
from pathlib import Path

import crowsetta
import dcase_util
import pandas as pd
import pytest
import sed_eval
from praatio import textgrid

from tests.inference.formats.examples import detected, dogs
from wsed.inference.detected import Detected, DetectedEvent
from wsed.inference.formats import formats


def written(folder: Path, name: str, recording: Detected) -> Path:
    form = formats()[name]
    path = folder / f"events{form.suffix}"
    form.write(path, recording)
    return path


def two_channels() -> Detected:
    events = [DetectedEvent(1.0, 2.0, "Dog", 0.5, channel) for channel in (1, 2)]
    return detected("a.wav", events)


def test_sed_eval_and_dcase_util_read_a_table(tmp_path: Path) -> None:
    path = str(written(tmp_path, "tsv", dogs("a.wav")))
    rows = [
        {"filename": "a.wav", "onset": 0.00005, "offset": 1.5, "event_label": "Dog", "score": 0.912345},
        {"filename": "a.wav", "onset": 2.0, "offset": 3.25, "event_label": "Cat", "score": 0.00001},
    ]
    assert [dict(row) for row in sed_eval.io.load_event_list(path)] == rows
    table = dcase_util.containers.MetaDataContainer().load(path, delimiter="\t")
    assert [dict(row) for row in table] == rows


def test_a_clip_without_events_has_a_row_with_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, "tsv", detected("a.wav", []))
    assert path.read_text() == "filename\tonset\toffset\tevent_label\tscore\na.wav\n"
    loaded = dcase_util.containers.MetaDataContainer().load(str(path), delimiter="\t")
    assert [dict(row) for row in loaded] == [{"filename": "a.wav"}]
    assert pd.read_csv(path, sep="\t").isna().sum(axis=1).tolist() == [4]


def test_crowsetta_and_opensoundscape_find_the_annotation_of_a_selection_table(tmp_path: Path) -> None:
    path = written(tmp_path, "raven", dogs("a.wav"))
    boxes = crowsetta.formats.bbox.Raven.from_file(path).to_bbox()
    assert [(box.onset, box.offset, box.low_freq, box.high_freq, box.label) for box in boxes] == [
        (0.00005, 1.5, 0, 8000, "Dog"),
        (2.0, 3.25, 0, 8000, "Cat"),
    ]
    table = pd.read_csv(path, sep="\t")
    # The column that opensoundscape reads unless told otherwise.
    assert table.iloc[:, 7].tolist() == ["Dog", "Cat"]
    assert table["Channel"].tolist() == [1, 1]
    assert table["View"].unique().tolist() == ["Spectrogram 1"]


def test_raven_has_a_column_for_the_channel(tmp_path: Path) -> None:
    table = pd.read_csv(written(tmp_path, "raven", two_channels()), sep="\t")
    assert table[["Channel", "Annotation"]].values.tolist() == [[1, "Dog"], [2, "Dog"]]


def test_crowsetta_reads_audacity_labels(tmp_path: Path) -> None:
    path = written(tmp_path, "audacity", dogs("a.wav"))
    sequence = crowsetta.formats.seq.AudSeq.from_file(path).to_seq(decimals=6)
    assert sequence.onsets_s.tolist() == [0.00005, 2.0]
    assert sequence.offsets_s.tolist() == [1.5, 3.25]
    assert sequence.labels.tolist() == ["Dog 0.912345", "Cat 0.000010"]


def test_audacity_labels_name_channels_above_one(tmp_path: Path) -> None:
    path = written(tmp_path, "audacity", two_channels())
    assert path.read_text() == "1.000000\t2.000000\tDog 0.500000\n1.000000\t2.000000\tDog (channel 2) 0.500000\n"


def test_praatio_and_crowsetta_read_a_tier_for_each_class(tmp_path: Path) -> None:
    path = written(tmp_path, "textgrid", detected("a.wav", list(dogs("a.wav").rows()), ["Dog", "Cat", "Owl"]))
    grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=True, reportingMode="error")
    assert grid.tierNames == ("Dog", "Cat", "Owl")
    assert grid.maxTimestamp == 10.0
    assert [tuple(interval) for interval in grid.getTier("Dog").entries] == [
        (0.0, 0.00005, ""),
        (0.00005, 1.5, "0.912345"),
        (1.5, 10.0, ""),
    ]
    assert [tuple(interval) for interval in grid.getTier("Owl").entries] == [(0.0, 10.0, "")]
    tiers = crowsetta.formats.seq.TextGrid.from_file(path).tiers
    assert [(tier.name, [each.text for each in tier.intervals]) for tier in tiers] == [
        ("Dog", ["0.912345"]),
        ("Cat", ["0.000010"]),
        ("Owl", []),
    ]


def test_intervals_that_touch_and_reach_the_ends_have_no_gaps(tmp_path: Path) -> None:
    events = [DetectedEvent(5.0, 10.0, "Dog", 0.5, None), DetectedEvent(0.0, 5.0, "Dog", 0.25, None)]
    path = written(tmp_path, "textgrid", detected("a.wav", events))
    entries = textgrid.openTextgrid(str(path), includeEmptyIntervals=True).getTier("Dog").entries
    assert [tuple(interval) for interval in entries] == [(0.0, 5.0, "0.250000"), (5.0, 10.0, "0.500000")]


def test_double_quotes_are_doubled_as_praat_does(tmp_path: Path) -> None:
    # Praat ends a text at a single double quote; praatio and crowsetta end it at the end of the line.
    text = written(tmp_path, "textgrid", detected("a.wav", [], ['a "b"'])).read_text()
    assert '        name = "a ""b"""\n' in text


def test_channels_above_one_have_tiers_of_their_own(tmp_path: Path) -> None:
    path = written(tmp_path, "textgrid", two_channels())
    assert textgrid.openTextgrid(str(path), False).tierNames == ("Dog", "Cat", "Dog (channel 2)")


def test_json_lines_have_a_channel_where_there_are_channels(tmp_path: Path) -> None:
    lines = written(tmp_path, "jsonl", two_channels()).read_text().splitlines()
    assert [json.loads(line)["channel"] for line in lines] == [1, 2]
    assert "channel" not in json.loads(formats()["jsonl"].text(dogs("a.wav")).splitlines()[0])


@pytest.mark.parametrize("name", ["audacity", "raven", "jsonl"])
def test_a_recording_without_events_has_no_rows(tmp_path: Path, name: str) -> None:
    rows = written(tmp_path, name, detected("a.wav", [])).read_text().splitlines()
    assert len(rows) == (1 if name == "raven" else 0)


def test_formats_load_nothing_heavy() -> None:
    program = "import sys, wsed.inference.formats; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "pandas", "torch"} & set(loaded)
