"""What a run in Weights & Biases shows besides its curves and scores."""

import json
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
import yaml

from tests.offline_run import Read, only_run
from tests.small_run import SEPARATED

pytestmark = pytest.mark.slow

LABELS = ["baby_cry", "glass_break", "gunshot"]


@pytest.fixture(scope="module")
def folder(logged_sweep: Path) -> Path:
    return min(path.parent for path in logged_sweep.glob("*/results.json"))


@pytest.fixture(scope="module")
def found(folder: Path) -> Read:
    return only_run(folder)


def results(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return content


def media(folder: Path, path: str) -> Path:
    (file,) = folder.glob(f"wandb/offline-run-*/files/{path}")
    return file


def table(found: Read, folder: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(media(folder, found.history[-1][f"{name}.path"]).read_text())
    return content


def test_it_is_found_by_its_tags(found: Read) -> None:
    assert set(found.settings["tags"]) == {"model=jsc", "pooling=gwrp", "data=generated", "mine"}


def test_the_learning_rate_and_the_validation_are_curves(found: Read) -> None:
    for name in ("train/learning_rate", "val/loss", "val/tagging/map"):
        rows = [row for row in found.history if name in row]
        assert [row["epoch"] for row in rows] == [0, 1]
    assert [row["train/learning_rate"] for row in found.history if "train/loss" in row] == pytest.approx([0.001] * 2)


def test_the_use_of_the_machine_is_logged(found: Read) -> None:
    assert {"memory_percent", "proc.memory.rssMB"} <= found.records["stats"][0]["item"].keys()


def test_scores_by_class_are_a_table(found: Read, folder: Path) -> None:
    content = table(found, folder, "by_class")
    columns = content["columns"]
    assert columns[0] == "class"
    assert {"tagging/ap", "frame/ap", "separation/sdr"} <= set(columns)
    assert [row[0] for row in content["data"]] == LABELS
    metrics = results(folder)["metrics"]
    for label, *values in content["data"]:
        for name, value in zip(columns[1:], values, strict=True):
            group, score = name.split("/")
            assert value == metrics[f"{group}/class/{label}/{score}"]


def test_each_class_has_a_picture_of_its_mask(found: Read, folder: Path) -> None:
    row = found.history[-1]
    pictures = [matplotlib.image.imread(media(folder, path)) for path in row["masks.filenames"]]
    filenames = np.load(folder / "predictions" / "examples.npz")["filename"]
    expected = [f"{label} in {filename}" for label, filename in zip(LABELS, filenames, strict=True)]
    assert sorted(row["masks.captions"]) == sorted(expected)
    for picture in pictures:
        assert picture.shape == (row["masks.height"], row["masks.width"], 4)
        assert (picture[0, 0] == 1).all()
    assert len({picture.tobytes() for picture in pictures}) == len(LABELS)


@pytest.mark.parametrize("name", ["mixture", "truth", "separated"])
def test_each_class_has_its_sounds(name: str, found: Read, folder: Path) -> None:
    row = found.history[-1]
    shown = [media(folder, sound["path"]).read_bytes() for sound in row[f"sounds/{name}.audio"]]
    captions = row[f"sounds/{name}.captions"]
    assert captions == row["masks.captions"]
    for caption, content in zip(captions, shown, strict=True):
        clip = Path(caption.partition(" in ")[2]).stem
        assert content == (folder / "predictions" / "audio" / clip / f"{name}.flac").read_bytes()


def test_each_scenario_has_a_chart_of_its_psd_roc(found: Read, folder: Path) -> None:
    names = {name for record in found.records["config"] for name in record["update"]}
    assert {f"_wandb.visualize.psd_roc/scenario{number}" for number in (1, 2)} <= names
    for number in (1, 2):
        content = table(found, folder, f"psd_roc/scenario{number}_table")
        across, up = np.array(content["data"]).T
        assert np.trapezoid(up, across) / 100 == pytest.approx(results(folder)["metrics"][f"psds/scenario{number}"])


def test_the_tested_checkpoint_is_an_artifact_without_a_copy(found: Read, folder: Path) -> None:
    (artifact,) = [artifact for artifact in found.records["artifact"] if artifact["type"] == "model"]
    assert artifact["name"] == f"checkpoint-{results(folder)['identity']}"
    (file,) = artifact["manifest"]["contents"]
    assert file["local_path"] == str(folder / "checkpoints" / "best.ckpt")
    assert int(file["size"]) == Path(file["local_path"]).stat().st_size
    metadata = json.loads(artifact["metadata"])
    best = max(row["val/tagging/map"] for row in found.history if "val/tagging/map" in row)
    assert metadata == {"labels": LABELS, "sample_rate": 16000, "validation": {"val/tagging/map": best}}


def test_nothing_waits_for_its_upload_outside_of_the_run_folder(found: Read, folder: Path, logged_sweep: Path) -> None:
    for artifact in found.records["artifact"]:
        for file in artifact["manifest"]["contents"]:
            assert Path(file["local_path"]).is_relative_to(folder)
            assert Path(file["local_path"]).is_file()
    assert not (logged_sweep / "home").exists()


def test_the_logger_changes_no_result(folder: Path, train: Any, tmp_path: Path) -> None:
    config = yaml.safe_load((folder / "config.yaml").read_text())
    words = ["data.clips={train: 12, val: 6, test: 3}", "evaluation.draws=0", "test=best", f"seed={config['seed']}"]
    code, _, err = train(*words, "name=two", f"hydra.run.dir={tmp_path}/run", small=SEPARATED)
    assert code == 0, err
    plain = results(tmp_path / "run")
    assert plain["identity"] == results(folder)["identity"]
    assert plain["metrics"] == results(folder)["metrics"]
    assert (tmp_path / "run" / "metrics.csv").read_text() == (folder / "metrics.csv").read_text()
