"""ESC-10: the real recordings where they are there, and a small likeness for what can go wrong."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from wsed.data.audio.cache import AudioCache
from wsed.data.soundbanks.base import Soundbank, check_splits
from wsed.data.soundbanks.esc import Esc10
from wsed.errors import UserError

RATE = 16000


def source(root: Path, labels: tuple[str, ...] = ("baby_cry",), scenes: tuple[str, ...] = ("rain",)) -> Esc10:
    return Esc10(str(root), AudioCache(None, RATE, "refuse"), labels, scenes, -40.0, math.inf)


@pytest.fixture(scope="module")
def real(esc10_root: Path) -> Soundbank:
    """Two categories of the real recordings."""
    return source(esc10_root).load()


def test_real_folds_have_8_clips_of_each_category(real: Soundbank) -> None:
    assert Counter((event.label, event.fold) for event in real.events) == {
        ("baby_cry", fold): 8 for fold in range(1, 5)
    }
    assert Counter((scene.label, scene.fold) for scene in real.backgrounds) == {
        ("rain", fold): 8 for fold in range(1, 5)
    }
    assert real.sample_rate == RATE


def test_real_takes_of_one_original_share_a_fold(real: Soundbank) -> None:
    recordings = real.events + real.backgrounds
    # There are such takes, so that this is no empty promise.
    assert len({recording.group for recording in recordings}) < len(recordings)
    check_splits(real, {str(fold): [fold] for fold in range(1, 5)})
    assert all(recording.id.startswith(f"{recording.group}-") for recording in recordings)


def test_real_events_are_trimmed_and_audible(real: Soundbank) -> None:
    seconds = [len(event.waveform) / RATE for event in real.events]
    assert 0.02 <= min(seconds) <= max(seconds) <= 5.02
    # Babies take a breath before and after.
    assert sum(seconds) < 5 * len(seconds)
    for event in real.events:
        ends = [event.waveform[:320], event.waveform[-320:]]
        loudest = event.waveform[: len(event.waveform) // 320 * 320].view(-1, 320).square().mean(1).max()
        assert all(end.square().mean() > 0.2e-4 * loudest for end in ends)


ROWS = ("1-100-A.ogg,1,baby_cry", "2-200-A.ogg,2,baby_cry", "1-300-A.ogg,1,rain", "2-400-A.ogg,2,rain")


@pytest.fixture
def likeness(tmp_path: Path) -> Path:
    """A folder as ESC-10's, of noise."""
    (tmp_path / "audio").mkdir()
    (tmp_path / "meta.csv").write_text("\n".join(["filename,fold,category", *ROWS]) + "\n")
    for number, row in enumerate(ROWS):
        samples = np.random.default_rng(number).normal(0, 0.1, RATE)
        soundfile.write(tmp_path / "audio" / row.split(",")[0], np.pad(samples, RATE), RATE)
    return tmp_path


def test_padding_is_cut_off_events_and_backgrounds(likeness: Path) -> None:
    bank = source(likeness).load()
    for recording in bank.events + bank.backgrounds:
        # A lossy codec smears the edges by a frame or two.
        assert len(recording.waveform) == pytest.approx(RATE, abs=0.1 * RATE)
    assert [(event.id, event.fold, event.group) for event in bank.events] == [
        ("1-100-A.ogg", 1, "1-100"),
        ("2-200-A.ogg", 2, "2-200"),
    ]


def test_the_layout_of_esc50_is_read(likeness: Path) -> None:
    (likeness / "meta").mkdir()
    (likeness / "meta.csv").rename(likeness / "meta" / "esc50.csv")
    assert len(source(likeness).load().events) == 2


def test_other_categories_are_not_read(likeness: Path) -> None:
    with (likeness / "meta.csv").open("a") as table:
        table.write("1-500-A.ogg,1,rooster\n")
    assert len(source(likeness).load().events) == 2


def test_a_folder_without_its_table(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data\.root=.*: has no meta\.csv; point data\.root at"):
        source(tmp_path).load()


def test_a_table_without_a_column(likeness: Path) -> None:
    table = likeness / "meta.csv"
    table.write_text(table.read_text().replace("category", "label"))
    with pytest.raises(UserError, match=r"meta\.csv: has no column category; it needs filename, fold, category"):
        source(likeness).load()
    table.write_text("")
    with pytest.raises(UserError, match=r"meta\.csv: has no rows; it needs the columns filename"):
        source(likeness).load()


def test_a_category_that_is_not_there(likeness: Path) -> None:
    with pytest.raises(UserError, match=r"category cat is not in .*; it has baby_cry, rain"):
        source(likeness, ("cat",)).load()
    with pytest.raises(UserError, match="rain is in both"):
        source(likeness, ("baby_cry", "rain")).load()


def test_files_that_cannot_be_used(likeness: Path) -> None:
    path = likeness / "audio" / "2-200-A.ogg"
    soundfile.write(path, np.zeros(RATE), RATE)
    with pytest.raises(UserError, match=r"2-200-A\.ogg: is silent; replace or remove the file"):
        source(likeness).load()
    path.unlink()
    with pytest.raises(UserError, match=r"2-200-A\.ogg: does not exist"):
        source(likeness).load()
