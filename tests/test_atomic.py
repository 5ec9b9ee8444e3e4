"""Files and folders appear complete or not at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wsed.atomic import atomic_folder, atomic_write, remove_partials, write_text


def test_a_file_is_replaced_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with atomic_write(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def write() -> None:
        with atomic_write(path) as partial:
            partial.write_text("ne")
            raise OSError("disk is full")

    with pytest.raises(OSError, match="disk is full"):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "folder"
    with atomic_folder(path) as partial:
        (partial / "sub").mkdir()
        write_text(partial / "sub" / "a.txt", "text")
        assert not path.exists()
    assert (path / "sub" / "a.txt").read_text() == "text"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with atomic_folder(tmp_path / "folder") as partial:
            write_text(partial / "a.txt", "text")
            raise OSError("disk is full")

    with pytest.raises(OSError, match="disk is full"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_files_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    write_text(path / "mine.txt", "mine")
    with pytest.raises(OSError, match="not empty"), atomic_folder(path) as partial:
        write_text(partial / "a.txt", "text")
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["mine.txt"]


def test_a_kill_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    program = (
        "import sys, time; from pathlib import Path; from wsed.atomic import atomic_write\n"
        "with atomic_write(Path(sys.argv[1])) as partial:\n"
        "    partial.write_text('ne'); print('written', flush=True); time.sleep(60)"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "written\n"
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert path.read_text() == "old"


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    kept = ["a.csv", ".a.csv", ".a.csv.tmp", ".b.csv.12", "x.a.csv.12"]
    for name in [*kept, ".a.csv.12", ".a.csv.3"]:
        (tmp_path / name).touch()
    remove_partials(tmp_path / "a.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
