"""Label tracks that come back from Audacity."""

from pathlib import Path

import pytest

from tests.inference.formats.examples import dogs
from wsed.errors import UserError
from wsed.inference.formats.audacity import Audacity
from wsed.inference.formats.audacity_reader import read_audacity


def read(folder: Path, text: str, labels: list[str] | None = None) -> list[tuple[float, float, str, int]]:
    path = folder / "labels.txt"
    path.write_bytes(text.encode())
    return list(read_audacity(path, labels).itertuples(index=False, name=None))


def test_the_manual_s_example_is_read(tmp_path: Path) -> None:
    text = (
        "2.000000\t2.500000\tLow frequency undefined\r\n\\\t-1.000000\t6334.588867\r\n"
        "4.000000\t4.500000\tBoth\r\n\\\t1484.669312\t2969.338523\r\n"
    )
    assert read(tmp_path, text) == [(2.0, 2.5, "Low frequency undefined", 1), (4.0, 4.5, "Both", 1)]
    assert read_audacity(tmp_path / "labels.txt").attrs["rows"] == [1, 3]


def test_corrected_labels_keep_their_class_and_lose_their_score(tmp_path: Path) -> None:
    Audacity().write(tmp_path / "a.txt", dogs("a.wav"))
    text = (tmp_path / "a.txt").read_text().replace("Cat", "Dog") + "7.5\t8\tRoom 101\n8\t9\t Dog  (channel 2) \n"
    assert read(tmp_path, text, ["Dog", "Cat", "Room 101", "Dog "]) == [
        (0.00005, 1.5, "Dog", 1),
        (2.0, 3.25, "Dog", 1),
        (7.5, 8.0, "Room 101", 1),
        (8.0, 9.0, "Dog ", 2),
    ]


def test_decimal_commas_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff1,500000\t2,250000\tDog\n") == [(1.5, 2.25, "Dog", 1)]


def test_an_empty_track_has_no_events(tmp_path: Path) -> None:
    assert read(tmp_path, "") == []
    assert read_audacity(tmp_path / "labels.txt").columns.tolist() == ["onset", "offset", "event_label", "channel"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1\t2\tDgo 0.912345", "line 2: 'Dgo' is no event class; correct the label. Did you mean Dog?"),
        ("1\t2\t", "line 2: has no text; name the event class"),
        ("1\t2", "line 2: has no text; name the event class"),
        ("1\t1\tDog", "line 2: has no length; drag one edge"),
        ("-1\t1\tDog", "line 2: starts at -1 s, before the recording"),
        ("Dog", "line 2: has 1 values; a label has a start, an end and a text"),
        ("1\t2\tDog\t0.9", "line 2: has 4 values; a label has a start, an end and a text"),
        ("one\t2\tDog", "line 2: 'one' is no time in seconds"),
        ("1\tinf\tDog", "line 2: 'inf' is no time in seconds"),
        ("nan\t2\tDog", "line 2: 'nan' is no time in seconds"),
        ("1\t2\tDog (channel " + "9" * 5000 + ")", "is no event class"),
        ("1\t2\t\x1b[2J", r"'\x1b[2J' is no event class"),
    ],
)
def test_a_mistake_names_the_line(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, f"0\t1\tDog\n{line}\n", ["Dog"])
    assert message in str(caught.value)
    assert str(tmp_path / "labels.txt") in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe1\x00")
    with pytest.raises(UserError, match="not text in UTF-8"):
        read_audacity(tmp_path / "a.txt")
