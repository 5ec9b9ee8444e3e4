"""Many recordings in one file."""

from pathlib import Path

import pandas as pd
import pytest

from tests.inference.formats.examples import detected, dogs
from wsed.data.annotations import read_events
from wsed.errors import UserError
from wsed.inference.formats import formats
from wsed.inference.formats.combined import CombinableFormat


def combinable(name: str) -> CombinableFormat:
    form = formats()[name]
    assert isinstance(form, CombinableFormat)
    return form


def test_tables_lines_and_selections_can_be_combined() -> None:
    assert {name for name, form in formats().items() if isinstance(form, CombinableFormat)} == {"tsv", "raven", "jsonl"}


def test_a_table_has_every_recording(tmp_path: Path) -> None:
    with combinable("tsv").combined(tmp_path / "all.tsv") as file:
        for recording in (dogs("a.wav"), detected("b.wav", []), dogs("sub/c.wav")):
            file.add(recording)
    events = read_events(tmp_path / "all.tsv")
    assert events["filename"].tolist() == ["a.wav", "a.wav", "b.wav", "sub/c.wav", "sub/c.wav"]
    assert events["event_label"].isna().tolist() == [False, False, True, False, False]


def test_json_lines_of_recordings_follow_each_other(tmp_path: Path) -> None:
    with combinable("jsonl").combined(tmp_path / "all.jsonl") as file:
        file.add(dogs("a.wav"))
        file.add(dogs("b.wav"))
    assert pd.read_json(tmp_path / "all.jsonl", lines=True)["filename"].tolist() == ["a.wav", "a.wav", "b.wav", "b.wav"]


def test_times_of_a_selection_table_are_cumulative_and_offsets_are_not(tmp_path: Path) -> None:
    with combinable("raven").combined(tmp_path / "all.selections.txt") as file:
        for recording in (dogs("a.wav", duration=7.5), detected("b.wav", [], duration=100.25), dogs("c.wav")):
            file.add(recording)
    table = pd.read_csv(tmp_path / "all.selections.txt", sep="\t")
    assert table["Selection"].tolist() == [1, 2, 3, 4]
    assert table["Begin Path"].tolist() == ["a.wav", "a.wav", "c.wav", "c.wav"]
    assert table["Begin Time (s)"].tolist() == [0.00005, 2.0, 107.75005, 109.75]
    assert table["End Time (s)"].tolist() == [1.5, 3.25, 109.25, 111.0]
    assert table["File Offset (s)"].tolist() == [0.00005, 2.0, 0.00005, 2.0]


@pytest.mark.parametrize("name", ["tsv", "raven", "jsonl"])
def test_a_file_appears_only_at_the_end(tmp_path: Path, name: str) -> None:
    path = tmp_path / "all"
    path.write_text("old")

    def interrupted() -> None:
        with combinable(name).combined(path) as file:
            file.add(dogs("a.wav"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "old"
    with combinable(name).combined(path) as file:
        file.add(dogs("a.wav"))
    assert path.read_text() == combinable(name).text(dogs("a.wav"))


def test_a_recording_that_is_refused_leaves_the_others(tmp_path: Path) -> None:
    form = combinable("raven")
    with form.combined(tmp_path / "all") as file:
        with pytest.raises(UserError, match="rename the file"):
            file.add(dogs("a\tb.wav"))
        file.add(dogs("c.wav"))
    assert (tmp_path / "all").read_text() == form.text(dogs("c.wav"))
