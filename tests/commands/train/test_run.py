"""Whole trainings: what they leave, and what has no influence on it."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tests.small_run import SEPARATED
from wsed.config import composed
from wsed.systems.base import System

Train = Callable[..., tuple[int, str, str]]


def metrics(folder: str) -> dict[str, float]:
    found: dict[str, float] = json.loads((Path(folder) / "results.json").read_text())["metrics"]
    return found


def test_a_run_leaves_its_folder(train: Train) -> None:
    code, _, err = train("hydra.run.dir=run", "seed=3", small=SEPARATED)
    assert code == 0, err
    folder = Path("run")
    results = json.loads((folder / "results.json").read_text())
    assert json.loads((folder / "status.json").read_text())["status"] == "done"
    assert results["seed"] == 3
    assert results["choices"]["pooling"] == "gwrp"
    assert results["overrides"][-1] == "seed=3"
    for name in ("tagging/map", "frame/map", "frame/eer", "frame/class/gunshot/eer"):
        assert 0 <= results["metrics"][name] <= 1
    for method in ("", "mixture/", "ideal_binary_mask/"):
        assert {f"separation/{method}{score}" for score in ("sdr", "sir", "sar")} <= set(results["metrics"])
    assert results["metrics"]["separation/ideal_binary_mask/sdr"] > results["metrics"]["separation/mixture/sdr"]
    with (folder / "metrics.csv").open() as file:
        losses = [row["train/loss"] for row in csv.DictReader(file) if row.get("train/loss")]
    assert len(losses) == 2
    assert len(list((folder / "predictions" / "scores").glob("*.tsv"))) == 3
    for name in ("events.tsv", "tags.tsv", "reference.tsv", "durations.tsv", "separation.tsv"):
        assert (folder / "predictions" / name).is_file()
    for name in ("psds/scenario1", "event_based/micro/f1", "segment_based/macro/f1", "tagging/lwlrap"):
        low, high = results["metrics"][f"{name}/ci95"]
        assert low <= results["metrics"][name] + 0.01
        assert high >= results["metrics"][name] - 0.01
    assert (folder / "predictions" / "examples.npz").is_file()
    assert not list(folder.rglob(".*"))


def test_a_checkpoint_rebuilds_its_system(train: Train) -> None:
    train("hydra.run.dir=run")
    path = Path("run/checkpoints/last.ckpt")
    torch.load(path, weights_only=True)
    system = System.load(path)
    waveform = torch.rand(1, 16000) - 0.5
    prediction = system(waveform)
    assert prediction.clip_probs.shape == (1, 3)
    assert prediction.masks is not None
    assert float(system.features.std.mean()) != 1


def test_one_seed_gives_one_result_whatever_the_workers(train: Train) -> None:
    for name, words in {"a": [], "b": [], "c": ["runtime.num_workers=2"], "d": ["seed=2"]}.items():
        code, _, err = train(f"hydra.run.dir={name}", *words)
        assert code == 0, err
    assert metrics("a") == metrics("b")
    assert metrics("a") == metrics("c")
    assert metrics("a") != metrics("d")


def test_a_sweep_over_seeds_gives_two_runs_and_a_comparison(train: Train) -> None:
    code, out, err = train("-m", "seed=1,2")
    assert code == 0, err
    folders = sorted(Path("outputs/train").glob("*/results.json"))
    assert len(folders) == 2
    assert sorted(json.loads(path.read_text())["seed"] for path in folders) == [1, 2]
    page = next(word for word in out.split() if word.endswith(".html"))
    assert Path(page).is_file()


def test_the_same_run_is_recognised(train: Train) -> None:
    train("hydra.run.dir=run")
    before = (Path("run/results.json").stat().st_mtime_ns, metrics("run"))
    code, out, _ = train("hydra.run.dir=run")
    assert code == 0
    assert "is done already; force=true" in out
    assert Path("run/results.json").stat().st_mtime_ns == before[0]
    code, out, _ = train("hydra.run.dir=run", "force=true")
    assert code == 0
    assert "is done already" not in out
    assert Path("run/results.json").stat().st_mtime_ns > before[0]
    assert metrics("run") == before[1]


def test_a_folder_with_another_run_is_left_alone(train: Train) -> None:
    train("hydra.run.dir=run")
    kept = {path: path.stat().st_mtime_ns for path in Path("run").rglob("*")}
    code, _, err = train("hydra.run.dir=run", "seed=2")
    assert code == 2
    assert err.startswith("wsed: run: holds another run, with seed=")
    assert len(err.splitlines()) == 1
    assert {path: path.stat().st_mtime_ns for path in Path("run").rglob("*")} == kept
    assert train("hydra.run.dir=run", "seed=2", "force=true")[0] == 0
    assert json.loads(Path("run/results.json").read_text())["seed"] == 2


@pytest.mark.parametrize("words", [[], ["data.clips={train: 12, val: 6, test: 3}", "data.folds.val=[3]"]])
def test_post_processing_is_tuned_on_validation_or_else_on_training_clips(train: Train, words: list[str]) -> None:
    code, _, err = train("hydra.run.dir=run", "postprocessing=tuned", "postprocessing.median=[0,0.1]", *words)
    assert code == 0, err
    chosen = json.loads(Path("run/postprocessing.json").read_text())
    assert set(chosen["threshold"]) == {"baby_cry", "glass_break", "gunshot"}
    assert set(chosen["median"].values()) <= {0, 0.1}
    # Half way from the best, which is at most 1, to the given one.
    assert (max(chosen["clip_threshold"].values()) <= 0.7) or words


def test_thresholds_are_tuned_unless_others_are_chosen() -> None:
    assert composed("experiment=jsc")["postprocessing"]["_target_"].endswith("Tuned")


def test_what_a_pooling_learns_is_logged(train: Train) -> None:
    code, _, err = train("hydra.run.dir=run", "pooling=auto")
    assert code == 0, err
    with (Path("run") / "metrics.csv").open() as file:
        alphas = [float(row["pooling/alpha/gunshot"]) for row in csv.DictReader(file) if row["pooling/alpha/gunshot"]]
    assert len(alphas) == 2
    assert alphas[0] != alphas[1]


def test_a_validation_split_gives_best_weights(train: Train) -> None:
    code, _, err = train("hydra.run.dir=run", "data.clips={train: 12, val: 6, test: 3}", "test=best")
    assert code == 0, err
    assert (Path("run") / "checkpoints" / "best.ckpt").is_file()
    assert "val/tagging/map" in (Path("run") / "metrics.csv").read_text()


def test_a_try_run_touches_every_part(train: Train) -> None:
    code, _, err = train("hydra.run.dir=run", "trainer.fast_dev_run=true", small=SEPARATED)
    assert code == 0, err
    assert "separation/sdr" in metrics("run")


DIVERGING = ["optimizer._target_=torch.optim.SGD", "optimizer.lr=1000", "+optimizer.weight_decay=1000000"]


def test_a_prediction_that_is_not_finite_stops_the_run(train: Train) -> None:
    # The weights are larger after each step; after four, they still have a finite loss in training.
    code, _, err = train("hydra.run.dir=run", *DIVERGING)
    assert code == 1
    assert re.search(r"the prediction for test-0-\d+\.wav is not finite; training diverged, lower optimizer\.lr\n", err)
    assert "Traceback" not in err
    assert json.loads(Path("run/status.json").read_text())["status"] == "failed"


def test_a_loss_that_is_not_finite_stops_the_run(train: Train) -> None:
    code, _, err = train("hydra.run.dir=run", "trainer.max_epochs=4", *DIVERGING)
    assert code == 1
    assert "the loss is nan at step" in err
    saved = json.loads(Path("run/nan_batch.json").read_text())
    assert saved["step"] >= 1
    assert len(saved["plans"]) == 6
    status = json.loads(Path("run/status.json").read_text())
    assert status["status"] == "failed"
    assert "nan_batch.json" in status["reason"]
    assert not Path("run/results.json").exists()


def test_wandb_has_a_closed_run_for_each_job(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_MODE")
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    code, _, err = train("-m", "seed=1,2", "logger=wandb")
    assert code == 0, err
    files = sorted(Path("outputs").rglob("*.wandb"))
    assert len(files) == 2
    assert len({path.name for path in files}) == 2
    import wandb

    assert wandb.run is None
