"""Audio files: any format in, exact files out, and broken ones named."""

import resource
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsed.data.audio.io import MOST_SAMPLES, read_audio, read_header, write_audio
from wsed.errors import UserError

RATE = 16000
TOLERANCE = {".wav": 1e-3, ".flac": 1e-3, ".ogg": 0.03, ".mp3": 0.06}
"""Of an amplitude of 0.5, by 16 bits and a resampler, or by a lossy codec; one sample late would be 0.09."""


def tone(rate: int, seconds: float = 1.0) -> np.ndarray:
    """440 Hz at half of full scale."""
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)


def written(path: Path, rate: int = RATE, channels: int = 1, seconds: float = 1.0) -> Path:
    """A file whose channels are a tone, weighted so that their mean is the tone."""
    weights = np.linspace(0.5, 1.5, channels) if channels > 1 else np.ones(1)
    soundfile.write(path, tone(rate, seconds)[:, None] * weights, rate)
    return path


@pytest.mark.parametrize("suffix", TOLERANCE)
@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (8000, 2), (44100, 1), (48000, 2)])
def test_a_tone_stays_a_tone(tmp_path: Path, suffix: str, rate: int, channels: int) -> None:
    samples = read_audio(written(tmp_path / f"a{suffix}", rate, channels), RATE)
    assert samples.dtype == torch.float32
    assert abs(len(samples) - RATE) <= 1
    # Filters ring at both ends.
    inner = slice(1000, 15000)
    np.testing.assert_allclose(samples.numpy()[inner], tone(RATE)[inner], atol=TOLERANCE[suffix])


def test_what_lies_above_the_new_nyquist_frequency_does_not_fold_back(tmp_path: Path) -> None:
    time = np.arange(48000) / 48000
    soundfile.write(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * 12000 * time), 48000)
    assert float(read_audio(tmp_path / "a.wav", RATE)[500:-500].abs().max()) < 1e-3


def test_a_wav_file_keeps_every_bit(tmp_path: Path) -> None:
    samples = 3 * torch.randn(1000, generator=torch.Generator().manual_seed(0))
    write_audio(tmp_path / "new" / "a.wav", samples, RATE)
    assert torch.equal(read_audio(tmp_path / "new" / "a.wav", RATE), samples)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.wav"]


def test_a_flac_file_keeps_16_bits(tmp_path: Path) -> None:
    samples = torch.rand(1000, generator=torch.Generator().manual_seed(0)) * 1.9 - 0.95
    write_audio(tmp_path / "a.flac", samples, RATE)
    torch.testing.assert_close(read_audio(tmp_path / "a.flac", RATE), samples, atol=2**-15, rtol=0)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_audio(path, torch.ones(4), RATE)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_audio(path, torch.zeros(1000), RATE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert torch.equal(read_audio(path, RATE), torch.ones(4))
    assert list(tmp_path.iterdir()) == [path]


QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
@QUICK
@given(share=st.floats(0.01, 0.98))
def test_a_truncated_file_is_named(tmp_path: Path, suffix: str, share: float) -> None:
    whole = tmp_path / f"whole{suffix}"
    if not whole.exists():
        soundfile.write(whole, np.random.default_rng(0).normal(0, 0.1, RATE), RATE)
    path = tmp_path / f"a{suffix}"
    data = whole.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(UserError, match=f"a{suffix}: is (truncated|truncated or damaged|not audio); replace"):
        read_audio(path, RATE)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_half_a_file_is_called_truncated(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"a{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match="is truncated"):
        read_audio(path, RATE)


def test_a_wav_file_from_a_pipe_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav")
    data = bytearray(path.read_bytes())
    # What ffmpeg leaves where it cannot go back to write the sizes.
    data[4:8] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert len(read_audio(path, RATE)) == RATE


def test_what_is_no_audio_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("do re mi")
    (tmp_path / "folder.wav").mkdir()
    soundfile.write(tmp_path / "short.wav", np.zeros(0), RATE)
    for name, what in {
        "empty": "is empty",
        "text": "is not audio",
        "folder": "is a folder, not a file",
        "none": "does not exist",
        "short": "has no samples",
    }.items():
        with pytest.raises(UserError, match=f"{name}.wav: {what}"):
            read_audio(tmp_path / f"{name}.wav", RATE)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_not_finite_are_named(tmp_path: Path, value: float) -> None:
    samples = tone(RATE).astype(np.float32)
    samples[100] = value
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    with pytest.raises(UserError, match="has samples that are not finite"):
        read_audio(tmp_path / "a.wav", RATE)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, suffix: str, data: st.DataObject) -> None:
    whole = tmp_path / f"whole{suffix}"
    if not whole.exists():
        soundfile.write(whole, np.random.default_rng(0).normal(0, 0.1, (RATE // 2, 2)), RATE)
    content = bytearray(whole.read_bytes())
    # Most of what can go wrong is in the header.
    places = st.integers(0, 199) | st.integers(0, len(content) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        content[place] = data.draw(st.sampled_from([0, 1, 127, 128, 255]) | st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    # Any other exception is a failure.
    with suppress(UserError):
        samples = read_audio(path, RATE)
        assert 0 < len(samples) <= MOST_SAMPLES
        assert samples.isfinite().all()
        assert read_header(path).frames > 0


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
def test_a_header_says_what_is_read(tmp_path: Path, suffix: str) -> None:
    header = read_header(written(tmp_path / f"a{suffix}", 44100, 2, 0.5))
    assert (header.sample_rate, header.channels) == (44100, 2)
    assert header.frames == len(soundfile.read(tmp_path / f"a{suffix}")[0])
