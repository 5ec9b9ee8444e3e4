"""Generated sounds: repeatable, varied, and like what they stand in for."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsed.data.soundbanks.base import Soundbank, check_splits
from wsed.data.soundbanks.generated import Generated, recordings
from wsed.data.soundbanks.synthesis import EVENTS, SCENES
from wsed.errors import UserError

LABELS = ["baby_cry", "glass_break", "gunshot"]


@pytest.fixture(scope="module")
def bank() -> Soundbank:
    return Generated(16000, LABELS, 6, 0).load()


def sounds(bank: Soundbank, label: str) -> list[np.ndarray]:
    return [sound.waveform.numpy() for sound in bank.events + bank.backgrounds if sound.label == label]


def centroid(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    return float((np.fft.rfftfreq(len(sound), 1 / 16000) * spectrum).sum() / spectrum.sum())


def harmonicity(sound: np.ndarray) -> float:
    """The highest normalised autocorrelation at a pitch of 200 to 900 Hz, over 40 ms frames, their median.

    Below 300 Hz nothing counts, since any low sound is like itself a moment later.
    """
    found = []
    for start in range(0, len(sound) - 640, 640):
        frame = sound[start : start + 640]
        if np.mean(frame**2) < 1e-4:
            continue
        power = np.abs(np.fft.rfft(frame * np.hanning(640), 2048)) ** 2
        power[: round(300 * 2048 / 16000)] = 0
        correlation = np.fft.irfft(power)[:640]
        found.append((correlation / correlation[0])[18:80].max())
    return float(np.median(found))


def test_sounds_depend_on_the_seed_alone(bank: Soundbank) -> None:
    again = Generated(16000, ["gunshot", "baby_cry"], 4, 0).load()
    known = {sound.id: sound.waveform for sound in bank.events + bank.backgrounds}
    for sound in again.events + again.backgrounds:
        assert torch.equal(sound.waveform, known[sound.id])
    other = Generated(16000, ["gunshot"], 4, 1).load()
    assert all(not torch.equal(sound.waveform, known[sound.id]) for sound in other.events + other.backgrounds)


def test_every_fold_has_every_class_and_no_original_twice(bank: Soundbank) -> None:
    check_splits(bank, {"train": [1, 2], "val": [3], "test": [4]})
    for fold in range(1, 5):
        part = bank.split("test", [fold])
        assert {sound.label for sound in part.events} == set(EVENTS)
        assert {sound.label for sound in part.backgrounds} == set(SCENES)


def test_sounds_vary(bank: Soundbank) -> None:
    for label in LABELS:
        found = sounds(bank, label)
        assert len({len(sound) for sound in found}) == len(found)
        centroids = [centroid(sound) for sound in found]
        assert max(centroids) > 1.05 * min(centroids)
    for sound in bank.events:
        assert 0.3 <= len(sound.waveform) / 16000 <= 3.2
        assert float(sound.waveform.abs().max()) == pytest.approx(0.5, abs=1e-6)


def test_sounds_are_like_what_they_stand_in_for(bank: Soundbank) -> None:
    cries, breaks, shots = (sounds(bank, label) for label in LABELS)
    assert min(map(harmonicity, cries)) > 0.8 > max(map(harmonicity, shots))
    assert min(map(centroid, breaks)) > max(map(centroid, shots))
    for shot in shots:
        energy = np.cumsum(shot**2) / np.sum(shot**2)
        assert energy[len(shot) // 3] > 0.7


@pytest.mark.parametrize("rate", [8000, 44100])
def test_any_rate(rate: int) -> None:
    bank = Generated(rate, LABELS, 4, 0).load()
    assert all(0.3 < len(sound.waveform) / rate < 7 for sound in bank.events + bank.backgrounds)


def test_bad_arguments() -> None:
    with pytest.raises(UserError, match=r"data.labels: gunshoot is none of .* Did you mean gunshot"):
        Generated(16000, ["gunshoot"], 4, 0)
    with pytest.raises(UserError, match=r"data.soundbank.recordings: is 3; it needs 4"):
        Generated(16000, ["gunshot"], 3, 0)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_of_the_cache_is_replaced(tmp_path: Path, data: st.DataObject) -> None:
    def load() -> Soundbank:
        recordings.cache_clear()
        return Generated(8000, ["gunshot"], 4, 0, str(tmp_path)).load()

    expected = Generated(8000, ["gunshot"], 4, 0).load()
    load()
    (path,) = (tmp_path / "generated").glob("gunshot-*")
    content = bytearray(path.read_bytes())
    kind = data.draw(st.sampled_from(["flip", "cut", "replace"]))
    if kind == "flip":
        places = st.integers(0, 200) | st.integers(len(content) - 300, len(content) - 1)
        content[data.draw(places | st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    elif kind == "cut":
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content = bytearray(data.draw(st.binary(max_size=100)))
    path.write_bytes(content)
    for one, other in zip(load().events, expected.events, strict=True):
        assert torch.equal(one.waveform, other.waveform)
