"""A folder of a user's own sounds."""

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from wsed.data.audio.cache import AudioCache
from wsed.data.soundbanks.folder import Folder, folder_names
from wsed.errors import UserError

RATE = 8000
LABELS = ("bell", "bark")


def noise(path: Path, seconds: float = 0.5, rate: int = RATE, channels: int = 1, padding: float = 0.0) -> None:
    """Writes noise with silence around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(len(path.stem)).normal(0, 0.1, (round(seconds * rate), channels))
    soundfile.write(path, np.pad(samples, ((round(padding * rate),) * 2, (0, 0))), rate)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two classes of four originals, and one scene of four."""
    for label in LABELS:
        for original in range(4):
            noise(tmp_path / "foreground" / label / f"{label}{original}.wav")
    for original in range(4):
        noise(tmp_path / "background" / "street" / f"{original}.wav", 1.5)
    return tmp_path


def source(root: Path, labels: tuple[str, ...] = LABELS, folds: int = 4) -> Folder:
    return Folder(str(root), AudioCache(None, RATE, "refuse"), labels, folds, "-[A-Z]", -40.0, math.inf)


def test_labels_and_scenes_are_the_names_of_folders(root: Path) -> None:
    bank = source(root).load()
    assert bank.labels == LABELS
    assert [event.id for event in bank.events[:5]] == [
        *[f"foreground/bell/bell{original}.wav" for original in range(4)],
        "foreground/bark/bark0.wav",
    ]
    assert [event.label for event in bank.events] == ["bell"] * 4 + ["bark"] * 4
    assert {background.label for background in bank.backgrounds} == {"street"}
    assert [event.fold for event in bank.events] == [1, 2, 3, 4] * 2
    bank.split("train", [1, 2, 3, 4])


def test_only_the_labels_asked_for_are_read(root: Path) -> None:
    (root / "foreground" / "bell" / "broken.wav").touch()
    bank = source(root, ("bark",)).load()
    assert {event.label for event in bank.events} == {"bark"}


@pytest.mark.parametrize(("suffix", "rate", "channels"), [(".flac", 44100, 2), (".OGG", 16000, 1), (".mp3", 48000, 2)])
def test_any_rate_and_channel_count(root: Path, suffix: str, rate: int, channels: int) -> None:
    noise(root / "foreground" / "bell" / f"long{suffix}", 1.25, rate, channels)
    (event,) = [event for event in source(root).load().events if "long" in event.id]
    assert event.waveform.shape == (pytest.approx(1.25 * RATE, abs=400),)
    assert event.waveform.dtype == torch.float32


def test_silence_is_cut_off_events_and_kept_in_backgrounds(root: Path) -> None:
    noise(root / "foreground" / "bell" / "padded.wav", 0.5, padding=1.0)
    noise(root / "background" / "street" / "padded.wav", 0.5, padding=1.0)
    bank = source(root).load()
    (event,) = [event for event in bank.events if "padded" in event.id]
    (background,) = [background for background in bank.backgrounds if "padded" in background.id]
    assert len(event.waveform) == RATE // 2
    assert len(background.waveform) == 2.5 * RATE


def test_takes_of_one_original_share_its_fold(root: Path) -> None:
    for take in "ABC":
        noise(root / "foreground" / "bell" / f"bell1-{take}.wav")
    events = [event for event in source(root).load().events if event.id.startswith("foreground/bell/bell1")]
    assert len(events) == 4
    assert {event.fold for event in events} == {2}
    assert {event.group for event in events} == {"foreground/bell/bell1"}


def test_one_name_in_two_classes_is_two_originals(root: Path) -> None:
    noise(root / "foreground" / "bell" / "same.wav")
    noise(root / "foreground" / "bark" / "same.wav")
    groups = [event.group for event in source(root).load().events if "same" in event.id]
    assert groups == ["foreground/bell/same", "foreground/bark/same"]


def test_what_is_no_audio_file_is_left_alone(root: Path) -> None:
    (root / "foreground" / "bell" / "notes.txt").write_text("recorded on Monday")
    (root / "background" / ".cache").mkdir()
    assert len(source(root).load().events) == 8


def test_missing_folders_say_what_is_needed(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere/background: is missing or has no folders; data\.root needs"):
        source(tmp_path / "nowhere").load()
    with pytest.raises(UserError, match=r"foreground/cat: has no \.flac, \.mp3, \.ogg, \.wav files"):
        source(root, ("cat",)).load()
    (root / "background" / "empty").mkdir()
    with pytest.raises(UserError, match=r"background/empty: has no .* files; add some or remove the folder"):
        source(root).load()


def test_names_of_folders_are_sorted(root: Path) -> None:
    assert folder_names(root / "foreground") == ["bark", "bell"]


def test_a_silent_or_broken_file_is_named(root: Path) -> None:
    path = root / "foreground" / "bell" / "zeros.wav"
    soundfile.write(path, np.zeros(RATE), RATE)
    with pytest.raises(UserError, match=r"bell/zeros\.wav: is silent"):
        source(root).load()
    soundfile.write(path, np.full(RATE, np.nan), RATE, subtype="FLOAT")
    with pytest.raises(UserError, match=r"bell/zeros\.wav: has samples that are not finite"):
        source(root).load()
