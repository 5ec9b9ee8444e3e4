"""A run folder: where its files are, and what is refused."""

import json
import subprocess
from pathlib import Path

import pytest

from wsed.errors import UserError
from wsed.runs.folder import RunFolder, find_runs


def test_what_is_missing_is_empty_and_what_is_needed_is_refused(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.status() == folder.results() == {}
    for read in (folder.config, folder.postprocessing):
        with pytest.raises(UserError, match=r"(config\.yaml|postprocessing\.json): does not exist"):
            read()


@pytest.mark.parametrize("content", ['{"a": ', "[1]", "3", "\xff"])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, content: str) -> None:
    folder = RunFolder(tmp_path)
    for path, read in (
        (folder.status_path, folder.status),
        (folder.results_path, folder.results),
        (folder.config_path, folder.config),
    ):
        path.write_bytes(content.encode("latin-1"))
        with pytest.raises(UserError, match=f"^{path}: .*; ") as refused:
            read()
        assert "\n" not in str(refused.value)


def test_snapshots_are_sorted_by_epoch(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.checkpoints.mkdir()
    for epoch in (10, 2, 1000):
        folder.snapshot(epoch).touch()
    folder.last_checkpoint.touch()
    assert list(folder.snapshots()) == [2, 10, 1000]
    assert set(folder.snapshots().values()) == {folder.snapshot(epoch) for epoch in (2, 10, 1000)}


def test_runs_are_found_below_a_folder_but_not_inside_of_a_run(tmp_path: Path) -> None:
    for name in ("a/b", "a/c", "d"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "status.json").write_text(json.dumps({"status": "running"}))
    inside = RunFolder(tmp_path / "d").predictions.path
    inside.mkdir()
    (inside / "results.json").touch()
    (tmp_path / "empty").mkdir()
    assert [run.path for run in find_runs(tmp_path)] == [tmp_path / "a/b", tmp_path / "a/c", tmp_path / "d"]
    assert [run.path for run in find_runs(tmp_path / "d")] == [tmp_path / "d"]


def test_folders_in_folders_in_folders(tmp_path: Path) -> None:
    deepest = f"{tmp_path}/x/{'d/' * 1200}"
    subprocess.run(["mkdir", "-p", deepest], check=True)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "status.json").touch()
    try:
        assert [run.path for run in find_runs(tmp_path)] == [tmp_path / "run"]
    finally:
        # Python's own removal goes less deep.
        subprocess.run(["rm", "-r", tmp_path / "x"], check=True)


def test_files_of_a_clip_stay_in_their_folder(tmp_path: Path) -> None:
    predictions = RunFolder(tmp_path).predictions
    for filename, name in {"clip.wav": "clip", "../clip.wav": "..%2Fclip", "/etc/clip.wav": "%2Fetc%2Fclip"}.items():
        assert predictions.score_files([filename]) == {filename: predictions.scores / f"{name}.tsv"}
        assert predictions.sound(filename, "mixture") == predictions.audio / name / "mixture.flac"
