"""Fingerprints identify files by content, and read a file only if it has changed."""

import os
from pathlib import Path

import pytest
from rich.progress import Progress

from wsed.data.audio import fingerprints
from wsed.data.audio.fingerprints import Fingerprints


def digests(cache: Path, *paths: Path) -> list[str | None]:
    with Progress(disable=True) as progress:
        found = Fingerprints(cache).digests(paths, progress, "files")
    return [found[path] for path in paths]


def test_equal_content_has_an_equal_digest_wherever_it_is(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    one, copy, other = tmp_path / "one", tmp_path / "sub" / "copy", tmp_path / "other"
    one.write_bytes(b"noise")
    copy.write_bytes(b"noise")
    other.write_bytes(b"tones")
    first, second, third = digests(tmp_path / "cache", one, copy, other)
    assert first == second != third
    assert digests(tmp_path / "cache", tmp_path / "missing") == [None]


def test_a_file_is_read_again_only_if_its_size_or_time_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"noise")
    (before,) = digests(tmp_path / "cache", path)
    read: list[Path] = []
    digest = fingerprints._digest
    monkeypatch.setattr(fingerprints, "_digest", lambda path: read.append(path) or digest(path))
    assert digests(tmp_path / "cache", path) == [before]
    assert read == []
    path.write_bytes(b"tones")
    os.utime(path, ns=(0, 1))
    assert digests(tmp_path / "cache", path) != [before]
    assert read == [path]
