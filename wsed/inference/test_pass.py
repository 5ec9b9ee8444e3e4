"""What a finished run says of a test split, its own or another."""

from pathlib import Path
from typing import Any

import yaml

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.validate import validate
from wsed.data.datamodules import ClipDataModule
from wsed.errors import UserError
from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.systems.base import System
from wsed.training.allocator import keep_freed_memory
from wsed.training.runtime import Runtime
from wsed.training.trainer import make_trainer
from wsed.training.warnings import silence_lightning


def run_of(path: Path) -> tuple[Path, Path | None]:
    """The checkpoint that a path stands for, and the folder of its run, if it lies in one.

    Args:
        path: a `.ckpt` file, or the folder of a run, of which the weights that it was tested with are taken.

    Raises:
        UserError: neither.
    """
    if path.is_dir():
        config = path / "config.yaml"
        if not config.is_file():
            raise UserError(f"{path}: is not the folder of a run, for it has no config.yaml; check the path")
        tested = yaml.safe_load(config.read_text())["test"]
        choices = [path / "checkpoints" / f"{name}.ckpt" for name in (tested, "last")]
        found = next((choice for choice in choices if choice.is_file()), None)
        if found is None:
            raise UserError(f"{path}: has no checkpoint yet; wait for the run to end, or give another")
        return found, path
    if not path.is_file():
        raise UserError(f"{path}: does not exist; give the folder of a run or a .ckpt file")
    run = path.parent.parent
    return path, run if (run / "config.yaml").is_file() else None


def test_pass(checkpoint: Path, run: Path | None, data: list[str] | None) -> PredictionCollector:
    """Runs a system over a test split.

    Args:
        checkpoint: of the system.
        run: the folder of its run, or None where it is not known.
        data: a choice of the group `data` and overrides, or None for the run's own.

    Returns:
        What the system said.

    Raises:
        UserError: data that cannot be used, or that the system does not know.
    """
    system = System.load(checkpoint)
    if data is None and run is None:
        raise UserError(f"{checkpoint}: lies in no run whose data could be used; add --data")
    config: dict[str, Any] = {}
    if data is not None:
        with hydra_initialized():
            config = validate(compose_config([f"data={data[0]}", *data[1:]]))
    if run is not None:
        trained: dict[str, Any] = yaml.safe_load((run / "config.yaml").read_text())
        config = {**trained, "data": config.get("data", trained["data"])}
    labels, rate = tuple(config["data"]["labels"]), config["data"]["sample_rate"]
    if labels != system.labels:
        raise UserError(
            f"data.labels={list(labels)}: are not the classes of {checkpoint}, {list(system.labels)}; "
            f"add 'data.labels=[{','.join(system.labels)}]' to --data"
        )
    if rate != system.features.sample_rate:
        raise UserError(
            f"data.sample_rate={rate}: is not the {system.features.sample_rate} Hz of {checkpoint}; "
            f"add data.sample_rate={system.features.sample_rate} to --data"
        )
    module = instantiate(config["data"]["module"])
    assert isinstance(module, ClipDataModule)
    module.setup()
    silence_lightning()
    keep_freed_memory()
    runtime: Runtime = instantiate(config["runtime"])
    config = {**config, "trainer": {**config["trainer"], "fast_dev_run": False}}
    trainer = make_trainer(config, runtime.single(), logger=False)
    trainer.test(system, datamodule=module, verbose=False)
    assert system.scorer is not None
    return system.scorer
