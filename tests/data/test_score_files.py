"""Score files: tables of plain numbers are read in a faster way, with the same result."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsed.data.score_files import read_scores
from wsed.errors import UserError

LABELS = ("bell", "dog")
NUMBERS = (
    st.floats(0, 1).map(repr) | st.floats(0, 1, width=32).map(str) | st.sampled_from(["0", "1", ".5", "1e-3", "+0.5"])
)


def read(folder: Path, name: str, separator: str, rows: list[list[str]]) -> pd.DataFrame:
    folder.mkdir(exist_ok=True)
    lines = [["dog", "onset", "offset", "bell"], *rows]
    (folder / f"{name}.tsv").write_text("".join(separator.join(line) + "\n" for line in lines))
    return read_scores(folder, LABELS, [name])[name]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scores=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20))
def test_tabs_and_commas_give_the_same_numbers(tmp_path: Path, scores: list[tuple[str, str]]) -> None:
    rows = [[dog, repr(frame * 0.064), repr((frame + 1) * 0.064), bell] for frame, (dog, bell) in enumerate(scores)]
    # Commas are read value by value.
    pd.testing.assert_frame_equal(read(tmp_path / "a", "a", "\t", rows), read(tmp_path / "b", "a", ",", rows))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no frames"),
        ("onset\toffset\tbell\tdog\n", "has no frames"),
        ("onset\toffset\tbell\tdog\n\n", "has no frames"),
        ("onset\toffset\tbell\tdog\n0\t0.1\t0.5\n", "row 2"),
        ("onset\toffset\tbell\tdog\n0\t0.1\t0.5\t1e999\n", "row 2: dog is 1e999"),
        ("onset\toffset\tbell\tdog\n0\t0.1\t0.5\t0.5\n0.1\t0.2\t0.5\t--1\n", "row 3: dog is --1"),
        ("onset\toffset\tbell\tdog\n0\t0.1\t0.5\t0.5\n0.1\t0.2\t0.5\t1.5\n", "row 3: score 1.5 of dog"),
        ("onset\toffset\tbell\tdog\n0\t0.1\t0.5\t0.5\n0.3\t0.4\t0.5\t0.5\n", "row 3: does not begin where"),
        ("onset\toffset\tbell\tdog\n0\t0.1\t0.5\t0.5\n\n0.1\t0.05\t0.5\t0.5\n", "row 4: times do not increase"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.tsv").write_text(text)
    with pytest.raises(UserError, match=message):
        read_scores(tmp_path, LABELS, ["a"])


def test_a_rounded_offset_becomes_the_next_onset(tmp_path: Path) -> None:
    rows = [["0.5", "0", "0.1001", "0.5"], ["0.5", "0.1", "0.2", "0.5"]]
    table = read(tmp_path, "a", "\t", rows)
    assert np.array_equal(table["offset"], [0.1, 0.2])
