"""What Lightning, the loader, logging and checkpoints add to the steps of `wsed train`.

An epoch of `wsed train` is split into its parts by Lightning's own profiler, so that all of them are of the same epoch.
The same steps also run in a plain loop on resident batches. The rival is a plain Lightning script of the same network,
with one loss on the tags.
"""

import os
import statistics
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytorch_lightning as pl
import torch
from pytorch_lightning.profilers import Profiler
from torch import Tensor
from torch.nn import functional

from benchmarks.figure import SHARE, Figure, not_here
from benchmarks.settings import Settings
from benchmarks.systems import autocast, batches, config_of, data_of, optimizer_of
from benchmarks.timing import once, synchronize
from wsed.config.instantiate import instantiate
from wsed.data.batch import Batch
from wsed.data.datamodules.base import ClipDataModule
from wsed.runs.folder import RunFolder
from wsed.systems.base import System
from wsed.training.build import build_system
from wsed.training.fit import fit
from wsed.training.loggers.metrics_csv import CurvesState, MetricsCsv
from wsed.training.run import build_callbacks
from wsed.training.trainer import make_trainer, resolve_precision
from wsed.training.warnings import silence_lightning

GPU_MINUTES = 1.4
ROUNDS, EPOCHS = 3, 3
BATCH = 8
WORKERS = 4
"""Processes that render batches, on a machine with more cores."""
STEP = ("Strategy.training_step", "Strategy.backward")
"""How the names of the actions end that compute losses and gradients."""
WAITING = ("train_dataloader_next", "Strategy.batch_to_device")
"""Those that wait for a batch, and bring it to the device."""


class Parts(Profiler):
    """Adds up the time of each action of Lightning, and that of the optimizer."""

    def __init__(self) -> None:
        super().__init__()
        self.started: dict[str, float] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.last_end = 0.0

    def start(self, action_name: str) -> None:
        if action_name.endswith(STEP):
            synchronize()
        self.started[action_name] = time.perf_counter()

    def stop(self, action_name: str) -> None:
        if action_name.endswith(STEP):
            synchronize()
        self.last_end = time.perf_counter()
        self.seconds[action_name] += self.last_end - self.started.pop(action_name, self.last_end)

    def optimized(self, *_: object) -> None:
        """To be called when the optimizer has changed the weights, which follows the last action of a step."""
        synchronize()
        self.seconds["optimizer"] += time.perf_counter() - self.last_end

    def of(self, *ends: str) -> float:
        """Seconds of the actions whose names end so."""
        return sum(seconds for name, seconds in self.seconds.items() if name.endswith(ends))


class Clock(pl.Callback):
    """Times the last epoch, up to the end of training. Before it, kernels and the number of workers are chosen."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.parts = Parts()

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.current_epoch == EPOCHS - 1:
            trainer.profiler = self.parts  # type: ignore[attr-defined]
            for optimizer in trainer.optimizers:
                optimizer.register_step_post_hook(self.parts.optimized)
            synchronize()
            self.seconds = -time.perf_counter()

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        synchronize()
        self.seconds += time.perf_counter()


class Resident:
    """A loader of batches that lie on the device."""

    def __init__(self, resident: list[Batch]) -> None:
        self.resident = resident

    def __iter__(self) -> Iterator[Batch]:
        return iter(self.resident)

    def __len__(self) -> int:
        return len(self.resident)


class Script(pl.LightningModule):
    """Features, network and head of a system as one would write them without wsed: mean of the logits, BCE, Adam."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self.system = system

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        logits = self.system.head(self.system.network(self.system.features(batch.waveform)))  # type: ignore[operator]
        pooled = logits[:, : batch.weak.shape[1]].flatten(2).mean(2)
        loss = functional.binary_cross_entropy_with_logits(pooled, batch.weak)
        self.log("loss", loss, on_step=False, on_epoch=True, batch_size=len(batch.weak))
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return optimizer_of(self.system)


class Run:
    """A training of a few short epochs, to be repeated in several ways.

    Args:
        experiment: a choice of `conf/experiment`.
        settings: the device, and whether the steps are few.
        folder: for the files of `wsed train`; must be empty.
    """

    def __init__(self, experiment: str, settings: Settings, folder: Path) -> None:
        self.steps = 3 if settings.small else 40
        size = (self.steps + 1) * (2 if settings.small else BATCH)
        words = ["data.folds.val=[]", f"data.clips={{train: {size}, val: 0, test: 2}}", f"trainer.max_epochs={EPOCHS}"]
        words.append(f"trainer.limit_train_batches={self.steps}")
        # That of both experiments.
        batch = [] if settings.small else [f"data.batch_size={BATCH}"]
        self.config = config_of(experiment, settings, *words, *batch)
        self.device = settings.device
        self.folder = folder
        self.runtime = instantiate(self.config["runtime"])
        self.data = self.loaded(self.config["runtime"]["num_workers"])
        self.resident = [batch.to(torch.device(self.device)) for batch in islice(batches(self.data), self.steps)]
        self.rounds = 0

    def loaded(self, workers: int | None) -> ClipDataModule:
        """The data, with so many processes that render them; see `ClipLoader`."""
        data = data_of(self.config, self.system())
        data.num_workers = workers
        return data

    def system(self) -> System:
        """The untrained system."""
        torch.manual_seed(0)
        return build_system(self.config)

    def plain(self) -> float:
        """Seconds of an epoch in a loop."""
        system = self.system().to(self.device).train()
        optimizer = optimizer_of(system)
        kind = "bf16" if resolve_precision(self.config["precision"]) == "bf16-mixed" else "fp32"

        def epoch() -> None:
            for batch in self.resident:
                with autocast(self.device, kind):
                    loss = system.training_step(batch, 0)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()

        once(epoch)
        return once(epoch)

    def script(self) -> float:
        """Seconds of an epoch of the plain script, on the same batches."""
        clock = Clock()
        trainer = make_trainer(self.config, self.runtime, [clock], logger=False, enable_checkpointing=False)
        trainer.fit(Script(self.system()), train_dataloaders=Resident(self.resident))
        return clock.seconds

    def as_wsed_trains(self, data: ClipDataModule) -> dict[str, float]:
        """Seconds of an epoch with all that `wsed train` does around it, and of its steps and of the wait for data."""
        self.rounds += 1
        folder = RunFolder(self.folder / str(self.rounds))
        clock, curves = Clock(), MetricsCsv(folder.curves_path)
        folder.path.mkdir()
        callbacks = [clock, CurvesState(curves), *build_callbacks(self.config)]
        fit(self.config, self.runtime, folder, self.system(), data, [curves], callbacks)
        parts = clock.parts
        return {"whole": clock.seconds, "steps": parts.of(*STEP, "optimizer"), "waiting": parts.of(*WAITING)}

    def times(self) -> dict[str, float]:
        """Median seconds of an epoch in each way, and of its parts."""
        many = self.loaded(WORKERS) if (os.cpu_count() or 1) > WORKERS else None
        rounds = []
        for _ in range(1 if self.steps < ROUNDS + 1 else ROUNDS):
            taken = {"plain": self.plain(), "script": self.script(), **self.as_wsed_trains(self.data)}
            if many is not None:
                with_many = self.as_wsed_trains(many)
                taken["waiting, workers"] = with_many["waiting"] / with_many["whole"] * taken["whole"]
            rounds.append(taken)
        return {name: statistics.median(taken[name] for taken in rounds) for name in rounds[0]}


def figures(settings: Settings) -> Iterator[Figure]:
    """Shares of an epoch of `wsed train`, and its time beside that of others."""
    warnings.simplefilter("ignore")
    silence_lightning()
    for experiment in ("demo", "jsc"):
        with tempfile.TemporaryDirectory() as folder:
            taken = Run(experiment, settings, Path(folder)).times()
        whole, plain = taken["whole"], taken["plain"]
        compared = "an epoch of wsed train"
        rest = whole - taken["steps"] - taken["waiting"]
        name = f"{experiment}: Lightning, logging and checkpoints"
        yield Figure(name, rest / whole, SHARE, compared, ceiling=0.5)
        yield Figure(f"{experiment}: data wait", taken["waiting"] / whole, SHARE, compared, ceiling=0.5)
        name = f"{experiment}: data wait, {WORKERS} workers"
        if "waiting, workers" in taken:
            yield Figure(name, taken["waiting, workers"] / whole, SHARE, compared, ceiling=0.5)
        else:
            yield not_here(name, f"no more than {WORKERS} cores", compared)
        loop = "a plain loop of the same step on resident batches"
        yield Figure(f"{experiment}: time of the steps", taken["steps"] / plain, compared=loop, ceiling=3)
        yield Figure(f"{experiment}: time", whole / plain, compared=loop, ceiling=3)
        yield Figure(
            f"{experiment}: time against a script", whole / taken["script"], compared="plain Lightning", ceiling=4
        )
