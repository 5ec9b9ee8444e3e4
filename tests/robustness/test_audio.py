"""Audio files that cannot be used: `data check` names every one, `train` refuses or skips them, and nothing hangs."""

import json
import os
import socket
import stat
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.commands.train.conftest import write_bank
from tests.robustness.command import Wsed
from tests.small_run import SIZES

RATE = 16000
ONE_SPLIT = "data.folds={train: [1, 2, 3, 4], val: [], test: []}"


def noise(channels: int = 1, frames: int = 4000) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, (frames, channels))


def flac_declaring(path: Path, frames: int) -> None:
    """A FLAC file whose header has another number of frames."""
    soundfile.write(path, noise(), RATE)
    data = bytearray(path.read_bytes())
    # STREAMINFO: 20 bits rate, 3 bits channels, 5 bits width, 36 bits frames, from byte 18 on.
    fields = int.from_bytes(data[18:26], "big") >> 36 << 36 | frames
    path.write_bytes(data[:18] + fields.to_bytes(8, "big") + data[26:])


def wav_header(path: Path, channels: int, rate: int, size: int) -> None:
    """A WAV file of 16 bits with samples of zero and a header that may be wrong."""
    form = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * 2 * channels % 2**32, 2 * channels % 65536, 16
    )
    body = b"WAVE" + form + struct.pack("<4sI", b"data", size) + bytes(4000)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


def rf64_declaring(path: Path, frames: int) -> None:
    soundfile.write(path, noise(), RATE, format="RF64", subtype="PCM_16")
    data = bytearray(path.read_bytes())
    data[20:44] = struct.pack("<QQQ", 2 * frames + 90, 2 * frames, frames)
    path.write_bytes(data)


def bound(path: Path) -> None:
    # The path of a socket may have 108 bytes at most.
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


def device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        path.symlink_to("/dev/zero")


def sparse(path: Path, size: int) -> None:
    soundfile.write(path, noise(), RATE)
    os.truncate(path, size)


def cut(path: Path, kind: str) -> None:
    soundfile.write(path, noise(frames=40000), RATE, format=kind)
    os.truncate(path, path.stat().st_size // 2)


def write(value: float, channels: int) -> Callable[[Path], None]:
    samples = np.full((4000, channels), value, np.float32)
    return lambda path: soundfile.write(path, samples, RATE, subtype="FLOAT")


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe.wav": (os.mkfifo, "is a pipe, not a file"),
    "socket.wav": (bound, "is a socket, not a file"),
    "device.wav": (device, "is a device, not a file"),
    "zero.wav": (lambda path: path.symlink_to("/dev/zero"), "is a device, not a file"),
    "folder.wav": (Path.mkdir, "is a folder, not a file"),
    "dangling.wav": (lambda path: path.symlink_to("nowhere.wav"), "is a link to nothing"),
    "loop.wav": (lambda path: path.symlink_to(path.name), "cannot be read (Too many levels of symbolic links)"),
    "memory.wav": (lambda path: path.symlink_to("/proc/self/mem"), "is empty"),
    "empty.wav": (Path.touch, "is empty"),
    "text.wav": (lambda path: path.write_text("do re mi"), "is not audio"),
    "passwords.wav": (lambda path: path.symlink_to("/etc/passwd"), "is not audio"),
    "zeros.wav": (lambda path: path.write_bytes(bytes(5000)), "is not audio"),
    "riff.wav": (lambda path: path.write_bytes(b"RIFFnothing"), "is truncated or damaged"),
    "no_samples.wav": (lambda path: soundfile.write(path, noise(frames=0), RATE), "has no samples"),
    "no_samples.flac": (lambda path: soundfile.write(path, noise(frames=0), RATE), "is empty"),
    "one_sample.wav": (lambda path: soundfile.write(path, noise(frames=1), 96000), "has no samples at 16000 Hz"),
    "cut.wav": (lambda path: cut(path, "WAV"), "is truncated"),
    "cut_rf64.wav": (lambda path: cut(path, "RF64"), "is truncated"),
    "cut.flac": (lambda path: cut(path, "FLAC"), "is truncated"),
    "cut.ogg": (lambda path: cut(path, "OGG"), "is truncated"),
    "nan.wav": (write(np.nan, 1), "has samples that are not finite"),
    "inf.wav": (write(np.inf, 2), "has samples that are not finite"),
    "loud.wav": (write(3e38, 1), "has samples up to 3e+38"),
    "loud_stereo.wav": (write(-3e38, 2), "has samples up to 3e+38"),
    "silent.wav": (write(0, 1), "is silent"),
    "terabytes.flac": (lambda path: flac_declaring(path, 2**36 - 1), "68719476735 samples in 1 channels, 256 GB"),
    "unknown.flac": (lambda path: flac_declaring(path, 0), "does not have its length in the header"),
    "declares_2_40.wav": (lambda path: rf64_declaring(path, 2**40), "is truncated"),
    "declares_much.wav": (lambda path: wav_header(path, 1, RATE, 2**32 - 1), "is silent"),
    "no_channels.wav": (lambda path: wav_header(path, 0, RATE, 4000), "is truncated or damaged"),
    "many_channels.wav": (lambda path: wav_header(path, 5000, RATE, 4000), "is truncated or damaged"),
    "one_hertz.wav": (lambda path: wav_header(path, 1, 1, 4000), "has a sample rate of 1 Hz"),
    "no_hertz.wav": (lambda path: wav_header(path, 1, 0, 4000), "is truncated or damaged"),
    "gigahertz.wav": (lambda path: wav_header(path, 1, 2 * 10**9, 4000), "has a sample rate of 2000000000 Hz"),
    "four_gigahertz.wav": (lambda path: wav_header(path, 1, 4 * 10**9, 4000), "is truncated or damaged"),
    "huge.wav": (lambda path: sparse(path, 2**43), "has 8192.0 GB, more than 4 GB"),
    "line\nbreak.wav": (lambda path: soundfile.write(path, noise(), RATE), "has a name that is not text in UTF-8"),
    "caf\udce9.wav": (
        lambda path: soundfile.write(os.fsencode(path), noise(), RATE, format="WAV"),
        "has a name that is",
    ),
}
"""By filename: what writes it, and what is said of it."""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "bank")


def words(bank: Path) -> list[str]:
    return ["data=folder", f"data.root={bank}"]


@pytest.mark.parametrize("name", BAD)
def test_a_file_is_refused_in_one_line(wsed: Wsed, bank: Path, name: str) -> None:
    make, said = BAD[name]
    make(bank / "foreground" / "bell" / name)
    wsed.refuses("train", "logger=csv", *words(bank), says=said, leaves=["outputs*", "**/outputs/**"])


def test_all_of_them_are_listed(wsed: Wsed, bank: Path) -> None:
    for name, (make, _) in BAD.items():
        make(bank / "foreground" / "bell" / name)
    ended = wsed.run("data", "check", "--json", *words(bank), ONE_SPLIT)
    assert ended.code == 1, ended
    assert not ended.err
    report = json.loads(ended.out)
    assert len(report["problems"]) == len(BAD), report["problems"]
    for name, (_, said) in BAD.items():
        (line,) = (problem for problem in report["problems"] if f"/{name}: " in problem)
        assert said in line
    assert report["splits"]["train"]["classes"]["bell"] > 0
    text = wsed.run("data", "check", *words(bank), ONE_SPLIT)
    assert (text.code, text.err) == (1, "")
    assert text.out.count("\nproblem: ") == len(BAD)
    assert f"{len(BAD)} problems" in text.out


def test_all_of_them_are_skipped(wsed: Wsed, bank: Path) -> None:
    for name, (make, _) in BAD.items():
        make(bank / "foreground" / "bell" / name)
    small = [word for word in SIZES if not word.startswith("data.soundbank")]
    wsed.accepts("train", *small, *words(bank), "data.on_error=skip", "logger=csv")
    (results,) = wsed.folder.rglob("results.json")
    assert len(json.loads(results.read_text())["skipped"]) == len(BAD)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the root user")
def test_a_file_without_permission(wsed: Wsed, bank: Path) -> None:
    (bank / "foreground" / "bell" / "0.wav").chmod(0)
    wsed.refuses("train", "logger=csv", *words(bank), says="must not be read by this user", leaves=["**/outputs/**"])


GOOD: dict[str, Callable[[Path], object]] = {
    "array.wav": lambda path: soundfile.write(path, noise(64), RATE),
    "most_channels.wav": lambda path: soundfile.write(path, noise(1024, 400), RATE),
    "low_rate.wav": lambda path: soundfile.write(path, noise(), 1000),
    "high_rate.wav": lambda path: soundfile.write(path, noise(frames=200000), 10**6),
    "scaled_as_integers.wav": write(2**31, 1),
    "link.wav": lambda path: path.symlink_to("0.wav"),
    "空 白　é.wav": lambda path: soundfile.write(path, noise(), RATE),
    "called_wav_and_is_flac.wav": lambda path: soundfile.write(path, noise(), RATE, format="FLAC"),
    "mp3.mp3": lambda path: soundfile.write(path, noise(2), 44100),
}


@pytest.mark.parametrize("name", GOOD)
def test_an_unusual_file_is_read(wsed: Wsed, bank: Path, name: str) -> None:
    GOOD[name](bank / "foreground" / "bell" / name)
    wsed.accepts("data", "check", *words(bank), ONE_SPLIT, says="no problems")


CACHES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file": (Path.touch, "Not a directory"),
    "a device": (lambda path: path.symlink_to("/dev/null"), "Not a directory"),
    "read-only": (lambda path: path.symlink_to("/proc/self"), ""),
}


@pytest.mark.parametrize("kind", CACHES)
@pytest.mark.parametrize("choice", ["folder", "generated"])
def test_a_cache_that_cannot_be_written_costs_one_remark(wsed: Wsed, bank: Path, kind: str, choice: str) -> None:
    make, said = CACHES[kind]
    cache = bank.parent / "cache"
    make(cache)
    check = ["data", "check", *words(bank), ONE_SPLIT]
    command = check if choice == "folder" else ["data", "mix", "mixed", *SIZES]
    ended = wsed.run(*command, environment={"WSED_CACHE": str(cache)})
    assert ended.code == 0, ended
    (line,) = ended.err.splitlines()
    assert "cannot be written" in line
    assert said in line


def test_a_corpus_of_clips_shorter_than_a_window(wsed: Wsed, bank: Path) -> None:
    root = bank.parent / "tables"
    for part in ("train", "test"):
        for number in range(4):
            path = root / "audio" / f"{part}{number}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, noise(frames=100 if number else 16000), RATE)
        rows = [f"{part}{number}.wav\t0.0\t0.006\t{'bell' if number % 2 else 'bark'}" for number in range(4)]
        (root / f"{part}.tsv").write_text("\n".join(["filename\tonset\toffset\tevent_label", *rows]) + "\n")
    small = [word for word in SIZES if not word.startswith(("mixing", "data.soundbank", "data.clips"))]
    tables = ["data=tables", f"data.root={root}", "data.labels=[bell,bark]", "logger=csv"]
    wsed.accepts("train", *small, *tables, "data.duration=1.0")
    wsed.refuses("train", *small, *tables, "data.duration=0.01", says="a clip of 0.01 s has 0 frames")
