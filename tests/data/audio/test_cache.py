"""Recordings are decoded once, and what is kept of them is right or absent, whatever happens meanwhile."""

import json
import random
import resource
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wsed.data.audio.cache
from tests.conftest import Start
from tests.warm import Forked
from wsed.data.audio.cache import AudioCache, as_float
from wsed.data.audio.checked_json import write_checked
from wsed.data.audio.io import read_audio
from wsed.errors import UserError

RATE = 8000
BUILD = (
    "import sys; from pathlib import Path; import wsed.data.audio.cache as module; module.PACK = 4; "
    "cache = module.AudioCache(sys.argv[1], 8000, 'refuse'); "
    "cache.read(sorted(Path(sys.argv[2]).glob('*.*')), 'files'); print(cache.decoded)"
)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Recordings at and above the cache's rate, in files of 16 bits, of floats, and of Vorbis."""
    folder = tmp_path / "files"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(24):
        samples = rng.normal(0, 0.1, (2000 + 100 * number, 1 + number % 2))
        ending, subtype = [("wav", "PCM_16"), ("wav", "FLOAT"), ("ogg", "VORBIS"), ("flac", "PCM_24")][number % 4]
        soundfile.write(folder / f"{number:02d}.{ending}", samples, [RATE, 16000, 44100][number % 3], subtype)
    return sorted(folder.iterdir())


def cache(tmp_path: Path, rate: int = RATE) -> AudioCache:
    return AudioCache(str(tmp_path / "cache"), rate, "refuse")


def packed(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a cache that has all files, in packs of eight."""
    monkeypatch.setattr(wsed.data.audio.cache, "PACK", 8)
    filled = cache(tmp_path)
    filled.read(files, "files")
    assert filled.folder is not None
    return filled.folder


def right(found: list[torch.Tensor | None], files: list[Path], rate: int = RATE) -> bool:
    return all(
        samples is not None and torch.equal(as_float(samples), read_audio(path, rate))
        for samples, path in zip(found, files, strict=True)
    )


def test_what_is_kept_is_what_is_decoded_and_is_decoded_once(files: list[Path], tmp_path: Path) -> None:
    first, second = cache(tmp_path), cache(tmp_path)
    assert right(first.read(files, "files"), files)
    assert right(second.read(files, "files"), files)
    assert (first.decoded, second.decoded) == (24, 0)
    assert first.size == second.size > 0
    # Only what is missing is added.
    extra = tmp_path / "more.wav"
    soundfile.write(extra, np.zeros(10) + 0.5, RATE)
    third = cache(tmp_path)
    assert right(third.read([*files, extra], "files"), [*files, extra])
    assert third.decoded == 1


@pytest.mark.skipif(not Path("/proc/self/maps").is_file(), reason="this system does not tell what is mapped")
def test_a_file_of_the_cache_is_mapped_once_for_all_its_recordings(files: list[Path], tmp_path: Path) -> None:
    kept = cache(tmp_path).read(files, "files")
    maps = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(tmp_path) in line]
    assert len(kept) == 24
    assert len(maps) == 1


def test_16_bits_are_kept_where_they_lose_nothing(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(-32768, 32768, 5000).astype(np.int16)
    short, long = tmp_path / "short.wav", tmp_path / "long.wav"
    soundfile.write(short, samples, RATE, "PCM_16")
    soundfile.write(long, samples / 32768 + 1e-6, RATE, "FLOAT")
    for path, size in ((short, 2), (long, 4)):
        kept = AudioCache(str(tmp_path / path.stem), RATE, "refuse")
        assert right(kept.read([path], "file"), [path])
        (file,) = kept.folder.glob("*.samples")  # type: ignore[union-attr]  # it has a folder
        assert file.stat().st_size == 5000 * size


def test_a_recording_is_known_by_its_content(files: list[Path], tmp_path: Path) -> None:
    cache(tmp_path).read(files, "files")
    moved = tmp_path / "elsewhere"
    shutil.copytree(files[0].parent, moved)
    again = cache(tmp_path)
    assert right(again.read(sorted(moved.iterdir()), "files"), files)
    assert again.decoded == 0
    # The same name, size and place, with other content.
    soundfile.write(files[0], np.full((2000, 1), 0.25), RATE, "PCM_16")
    changed = cache(tmp_path)
    assert right(changed.read(files, "files"), files)
    assert changed.decoded == 1
    other_rate = cache(tmp_path, 16000)
    assert right(other_rate.read(files, "files"), files, 16000)
    assert other_rate.decoded == 24


@pytest.mark.parametrize("kept", [True, False])
def test_a_path_that_is_there_twice_is_read_once(kept: bool, files: list[Path], tmp_path: Path) -> None:
    twice = [*files, files[0]]
    reader = cache(tmp_path) if kept else AudioCache(None, RATE, "refuse")
    assert right(reader.read(twice, "files"), twice)


def test_without_a_folder_nothing_is_kept(files: list[Path]) -> None:
    fresh = AudioCache(None, RATE, "refuse")
    assert right(fresh.read(files, "files"), files)
    assert (fresh.decoded, fresh.size) == (24, 0)


@pytest.mark.parametrize("kept", [True, False])
def test_recordings_that_cannot_be_used_are_refused_or_skipped(kept: bool, files: list[Path], tmp_path: Path) -> None:
    folder = str(tmp_path / "cache") if kept else None
    files[3].write_bytes(files[3].read_bytes()[:500])
    files[5].unlink()
    soundfile.write(files[8], np.zeros(100), RATE)
    for _ in range(2):
        with pytest.raises(UserError, match=r"03.flac: is truncated.*, and 2 more cannot be used") as raised:
            AudioCache(folder, RATE, "refuse").read(files, "files", refuse_silent=True)
        assert "\n" not in str(raised.value)
        lenient = AudioCache(folder, RATE, "skip")
        found = lenient.read(files, "files", refuse_silent=True)
        bad = [files[3], files[5], files[8]]
        assert [path for path, samples in zip(files, found, strict=True) if samples is None] == bad
        assert set(lenient.skipped) == set(map(str, bad))
        assert lenient.skipped[str(files[5])] == "does not exist"
        assert lenient.skipped[str(files[8])] == "is silent"
        others = [path for path in files if path not in bad]
        assert right([samples for samples in found if samples is not None], others)


def builder(start: Start, tmp_path: Path) -> Forked:
    """A process that builds the cache of all files."""
    return start(str(tmp_path / "cache"), str(tmp_path / "files"), program=BUILD)


@pytest.mark.slow
def test_a_kill_leaves_the_cache_right_or_absent(files: list[Path], tmp_path: Path, start: Start) -> None:
    started = time.monotonic()
    assert builder(start, tmp_path).wait() == 0
    whole = time.monotonic() - started
    rng = random.Random(0)
    states = set()
    for number in range(20):
        shutil.rmtree(tmp_path / "cache")
        building = builder(start, tmp_path)
        if number % 2:
            time.sleep(rng.uniform(0.5, 1.0) * whole)
        else:
            # In the middle of the writing, wherever that is.
            while not list((tmp_path / "cache").glob("*/*samples*")) and building.poll() is None:
                time.sleep(0.001)
            time.sleep(rng.uniform(0, 0.02))
        building.kill()
        # What is found in it is right, without decoding; the rest is decoded anew.
        after = cache(tmp_path)
        assert right(after.read(files, "files"), files)
        states.add(after.decoded)
        again = cache(tmp_path)
        assert right(again.read(files, "files"), files)
        assert again.decoded == 0
        assert not [path for path in again.folder.iterdir() if path.name.startswith(".")]  # type: ignore[union-attr]
    # Some were killed with nothing there, and some with a part or all of it.
    assert len(states) > 1


@pytest.mark.slow
def test_two_builders_at_once_make_one_right_cache(files: list[Path], tmp_path: Path, start: Start) -> None:
    builders = [builder(start, tmp_path) for _ in range(3)]
    said = [int(each.communicate()[0]) for each in builders]
    assert [each.returncode for each in builders] == [0, 0, 0]
    assert sum(said) == 24
    after = cache(tmp_path)
    assert right(after.read(files, "files"), files)
    assert after.decoded == 0


def test_what_others_left_half_written_is_not_used(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = packed(files, tmp_path, monkeypatch)
    cut, lost, _ = sorted(folder.glob("*.samples"))
    cut.write_bytes(cut.read_bytes()[:-1])
    lost.with_suffix(".json").unlink()
    (folder / ".abc.samples").write_bytes(b"1234")
    after = cache(tmp_path)
    assert right(after.read(files, "files"), files)
    assert after.decoded == 16
    assert len(list(folder.iterdir())) == 7


def test_samples_that_are_damaged_in_the_cache_are_decoded_again(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = packed(files, tmp_path, monkeypatch)
    pack = min(folder.glob("*.samples"))
    pack.write_bytes(random.Random(0).randbytes(pack.stat().st_size))
    after = cache(tmp_path)
    assert right(after.read(files, "files"), files)
    assert after.decoded == 8
    again = cache(tmp_path)
    assert right(again.read(files, "files"), files)
    assert again.decoded == 0


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(data=st.data())
def test_a_byte_of_the_cache_that_changes_is_noticed(files: list[Path], tmp_path: Path, data: st.DataObject) -> None:
    """Of the samples, their index or the fingerprints; or the file is cut, or replaced by something else."""
    short = files[:4]
    cache(tmp_path).read(short, "files")
    stored = sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.name != "lock")
    path = data.draw(st.sampled_from(stored))
    content = bytearray(path.read_bytes())
    kind = data.draw(st.sampled_from(["flip", "cut", "replace"]))
    if kind == "flip":
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    elif kind == "cut":
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content = bytearray(data.draw(st.sampled_from([b"", b"[]", b"{}", b"null", b"[" * 10**5, b"\xff" * 100])))
    path.write_bytes(content)
    assert right(cache(tmp_path).read(short, "files"), short)
    again = cache(tmp_path)
    assert right(again.read(short, "files"), short)
    assert again.decoded == 0


INDEXES: list[object] = [
    {"0" * 32: [0, 10**12, True, 0]},
    {"0" * 32: [-8, 4, True, 0]},
    {"0" * 32: [2**70, 4, True, 0]},
    {"0" * 32: [0, 4, "true", 0]},
    {"0" * 32: [0, 4, True]},
    {"0" * 32: None},
    {"0" * 32: [1, 4, True, 0]},
    [],
    {},
    None,
    {"0" * 32: {"_target_": "subprocess.Popen"}},
]


@pytest.mark.parametrize("index", INDEXES, ids=repr)
def test_an_index_that_cannot_be_right_is_replaced(files: list[Path], tmp_path: Path, index: object) -> None:
    cache(tmp_path).read(files, "files")
    folder = cache(tmp_path).folder
    assert folder is not None
    (path,) = folder.glob("*.json")
    (digest, *_) = json.loads(path.read_text().partition("\n")[2])
    write_checked(path, json.loads(json.dumps(index).replace("0" * 32, digest)))
    after = cache(tmp_path)
    assert right(after.read(files, "files"), files)
    assert after.decoded == 24
    write_checked(next((tmp_path / "cache").glob("fingerprints-*/*")), index)
    assert right(cache(tmp_path).read(files, "files"), files)


def test_a_full_disk_costs_one_remark(files: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, hard))
    try:
        for _ in range(2):
            reader = cache(tmp_path)
            assert right(reader.read(files, "files"), files)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "cache: cannot be written (File too large)" in lines[0]
    assert right(cache(tmp_path).read(files, "files"), files)
