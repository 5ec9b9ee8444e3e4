"""Tables: every way in which one may be written, and what is refused."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsed.data.table_reader import parse_numbers, read_records, read_rows, read_table, refuse_duplicates
from wsed.errors import UserError

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# No control characters, which no label has.
VALUES = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=6)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@QUICK
@given(rows=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=5), separator=st.sampled_from("\t,"))
def test_what_a_csv_writer_writes_is_read_as_pandas_reads_it(
    tmp_path: Path, rows: list[tuple[str, str]], separator: str
) -> None:
    path = tmp_path / "a.tsv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator).writerows([("filename", "label"), *rows])
    found = read_table(path, ("filename", "label"))
    assert list(found.itertuples(index=False, name=None)) == rows
    assert list(found.index) == list(range(2, len(rows) + 2))
    expected = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, na_values=[""])
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)


def test_values_that_are_missing_are_nan_and_keep_their_line_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "filename\tonset\n\na.wav\t\n\t\nb.wav\n")
    found = read_table(path, ("filename", "onset"))
    assert list(found["filename"]) == ["a.wav", "b.wav"]
    assert found["onset"].isna().all()
    assert list(found.index) == [3, 5]


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "\ufefffilename,label\na.wav,Dog\n")
    assert [row.values for row in read_records(path, ("filename", "label"))] == [{"filename": "a.wav", "label": "Dog"}]


def test_a_table_without_a_header_gets_the_names_of_its_first_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "meta.txt", "a.wav\tbeach\tb001\textra\nb.wav\tbus\tb002\textra\n")
    found = read_records(path, ("filename", "scene"), header=False)
    assert [(row["filename"], row["scene"]) for row in found] == [("a.wav", "beach"), ("b.wav", "bus")]


def test_rows_may_differ_in_length_where_nothing_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'a,"b,c"\n\nd\n')
    assert read_rows(path) == [(1, ["a", "b,c"]), (3, ["d"])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("filename,filename\na,b\n", "has the column filename twice"),
        ("name,label\na,b\n", "has no column filename; it needs filename, label"),
        ("filename,label\na,b,c\n", "row 2: has 3 values for 2 columns"),
        ("filename,label\n,b\n", "row 2: has no filename; fill it in"),
        ('filename,label\na,"b\n', "row 2: a quotation mark opens a value that does not end in this row"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=f"a.csv.*{said}"):
        read_table(write(tmp_path / "a.csv", text), ("filename", "label"))


def test_files_that_are_not_text_or_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(UserError, match=r"a\.csv: is not text in UTF-8"):
        read_rows(tmp_path / "a.csv")
    with pytest.raises(UserError, match=r"b\.csv: does not exist"):
        read_rows(tmp_path / "b.csv")
    with pytest.raises(UserError, match=r"b\.csv: does not exist; see `wsed data list`"):
        read_records(tmp_path / "b.csv", ("filename",))


def test_numbers_and_duplicates_are_validated(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "filename\tonset\na.wav\t1e-1\na.wav\tinf\n")
    table = read_table(path, ("filename", "onset"))
    with pytest.raises(UserError, match=r"row 3: onset is inf; it must be a finite number"):
        parse_numbers(table, "onset", path)
    assert parse_numbers(table[:1], "onset", path).tolist() == [0.1]
    with pytest.raises(UserError, match=r"row 3: is there twice \(a\.wav\)"):
        refuse_duplicates(table, ["filename"], path)
