"""Recordings that ffmpeg decodes: the same samples, errors in one line, and nothing besides the file is opened."""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.requirements import unavailable
from wsed.data.audio.streams import open_stream
from wsed.errors import UserError

RATE = 22050


@pytest.fixture
def tone(tmp_path: Path) -> np.ndarray:
    """25 s in stereo, of 16 bits, also in `tone.wav`: `(channel, samples)`."""
    if not shutil.which("ffmpeg"):
        unavailable("ffmpeg is not installed")
    time = np.arange(25 * RATE) / RATE
    samples = np.stack([0.5 * np.sin(2 * np.pi * 440 * time), 0.25 * np.sin(2 * np.pi * 3 * time)])
    soundfile.write(tmp_path / "tone.wav", samples.T, RATE, subtype="PCM_16")
    return soundfile.read(tmp_path / "tone.wav")[0].T


def encoded(folder: Path, name: str, *options: str) -> Path:
    """The tone in another format, encoded by ffmpeg."""
    words = ["ffmpeg", "-v", "error", "-i", str(folder / "tone.wav"), *options, str(folder / name)]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    return folder / name


def read(path: Path) -> tuple[np.ndarray, int, float | None]:
    with open_stream(path) as stream:
        return np.concatenate(list(stream.pieces), axis=1), stream.sample_rate, stream.seconds


@pytest.mark.parametrize(("name", "codec"), [("a.m4a", "alac"), ("a.mka", "flac"), ("a.mp4", "alac")])
def test_a_lossless_codec_keeps_every_sample(tmp_path: Path, tone: np.ndarray, name: str, codec: str) -> None:
    samples, rate, seconds = read(encoded(tmp_path, name, "-c:a", codec))
    assert rate == RATE
    assert seconds == pytest.approx(25, abs=0.01)
    np.testing.assert_array_equal(samples, tone.astype(np.float32))


@pytest.mark.parametrize(
    ("name", "options"), [("a.m4a", []), ("a.aac", []), ("a.wma", []), ("a.webm", ["-ar", "48000"])]
)
def test_a_lossy_codec_keeps_time_and_level(tmp_path: Path, tone: np.ndarray, name: str, options: list[str]) -> None:
    samples, rate, _ = read(encoded(tmp_path, name, *options))
    assert samples.shape[1] / rate == pytest.approx(25, abs=0.15)
    assert samples[0, rate:-rate].std() == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_the_content_counts_and_not_the_suffix(tmp_path: Path, tone: np.ndarray) -> None:
    path = encoded(tmp_path, "a.m4a").rename(tmp_path / "a.wav")
    assert read(path)[1] == RATE
    shutil.copy(tmp_path / "tone.wav", tmp_path / "b.m4a")
    np.testing.assert_array_equal(read(tmp_path / "b.m4a")[0], tone.astype(np.float32))


@pytest.mark.parametrize("options", [[], ["-movflags", "faststart"]], ids=["index at the end", "index first"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_recording_is_named(tmp_path: Path, tone: np.ndarray, options: list[str], share: float) -> None:
    path = encoded(tmp_path, "a.m4a", "-c:a", "alac", *options)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(
        UserError, match=r"a\.m4a: (ffmpeg says|is damaged after|is truncated after).*; replace the file"
    ):
        read(path)


def test_a_recording_without_audio_is_named(tmp_path: Path, tone: np.ndarray) -> None:
    path = tmp_path / "a.mp4"
    picture = ["-f", "lavfi", "-i", "color=size=16x16:duration=0.2", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", *picture], check=True, stdin=subprocess.DEVNULL)
    with pytest.raises(UserError, match=r"a\.mp4: has no audio; replace"):
        read(path)


@pytest.mark.parametrize(
    "text", ["#EXTM3U\n#EXTINF:1,\ntone.wav\n", "ffconcat version 1.0\nfile tone.wav\n", "[playlist]\nFile1=tone.wav\n"]
)
@pytest.mark.parametrize("start", [b"", b"\0\0\0\x18ftyp"])
def test_a_playlist_is_refused(tmp_path: Path, tone: np.ndarray, text: str, start: bytes) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(start + text.encode())
    with pytest.raises(UserError, match=r"a\.m4a: (is not audio|ffmpeg says)"):
        read(path)


@pytest.mark.parametrize("name", ["a.m4a", "a.mka", "a.wma"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_recording_is_read_or_refused(
    tmp_path: Path, tone: np.ndarray, name: str, data: st.DataObject
) -> None:
    whole = tmp_path / name
    if not whole.exists():
        encoded(tmp_path, name, "-t", "2")
    content = bytearray(whole.read_bytes())
    # Most of what can go wrong is in the header, which MP4 has at the end.
    places = st.integers(0, 399) | st.integers(len(content) - 999, len(content) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        content[place] = data.draw(st.sampled_from([0, 1, 127, 128, 255]) | st.integers(0, 255))
    path = tmp_path / f"damaged-{name}"
    path.write_bytes(content)
    # Any other exception is a failure.
    with suppress(UserError):
        assert np.isfinite(read(path)[0]).all()


def test_where_ffmpeg_is_missing_the_error_says_so(
    tmp_path: Path, tone: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = encoded(tmp_path, "a.m4a")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match=r"a\.m4a: needs ffmpeg and ffprobe, .*; install them, or convert it to FLAC"):
        read(path)


def test_ffmpeg_ends_with_a_recording_that_is_left(tmp_path: Path, tone: np.ndarray) -> None:
    path = encoded(tmp_path, "a.m4a")
    with open_stream(path) as stream:
        next(stream.pieces)
        assert b"format_whitelist" in commands_of_children()
    assert b"format_whitelist" not in commands_of_children()


def commands_of_children() -> bytes:
    """The command lines of the processes that this one has started, without those of other tests at the same time."""
    children = " ".join(listed.read_text() for listed in Path("/proc/self/task").glob("*/children")).split()
    return b" ".join(Path("/proc", child, "cmdline").read_bytes() for child in children)
