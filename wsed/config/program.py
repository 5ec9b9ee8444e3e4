"""Config keys that the program itself reads, as opposed to the arguments of its parts."""

from dataclasses import dataclass, field, fields
from typing import Any, Literal

from wsed.checks.ranges import CountFromZero, PathText, Seed, Text

Precision = Literal["auto", "16-mixed", "bf16-mixed", "32-true"]
"""Lightning's other precisions convert batches, which hold plans that cannot be converted."""

WITHOUT_INFLUENCE: dict[str, Any] = {"influences_result": False}


@dataclass(frozen=True)
class ProgramConfig:
    """Top-level keys of `conf/train.yaml`, with their types; each is explained there."""

    name: Text
    seed: Seed
    force: bool = field(metadata=WITHOUT_INFLUENCE)
    resume: Literal["auto", "never"] = field(metadata=WITHOUT_INFLUENCE)
    test: Literal["last", "best"]
    monitor: Text
    monitor_mode: Literal["max", "min"]
    precision: Precision
    compile: bool
    keep_every: CountFromZero
    keep_first: CountFromZero
    init: PathText | None


SECTIONS = {
    "data.module": "wsed.data.datamodules.base.ClipDataModule",
    "mixing": "wsed.data.mixing.base.Recipe",
    "features": "wsed.features.base.Features",
    "augmentation": "wsed.augmentation.base.Augmentation",
    "model": "wsed.systems.base.System",
    "network": "wsed.networks.base.Encoder",
    "pooling": "wsed.pooling.base.Pooling",
    "loss": "wsed.losses.weighted.WeightedLoss",
    "optimizer": "torch.optim.Optimizer",
    "schedule": "wsed.schedules.base.Schedule",
    "postprocessing": "wsed.postprocessing.base.AnyPostprocessing",
    "evaluation": "wsed.evaluation.evaluator.Evaluator",
    "trainer": "pytorch_lightning.Trainer",
    "runtime": "wsed.training.runtime.Runtime",
    "launcher": "wsed.sweeps.launchers.base.Launcher",
    "sweeper": "wsed.sweeps.base.Sweeper",
}
"""Sections that the program reads, each with the base of the class that it describes."""

SECTIONS_OF_MANY = {"metrics": "wsed.metrics.base.Metric", "callbacks": "pytorch_lightning.Callback"}
"""Sections with any number of descriptions by name, each with the base of their classes."""

OPTIONAL_SECTIONS = {"logger": "wsed.training.loggers.base.RunLogger"}
"""Sections that may be empty."""

READ_SECTIONS = frozenset({*SECTIONS, *SECTIONS_OF_MANY, *OPTIONAL_SECTIONS, "data.labels", "data.sample_rate"})
"""Every other key is an argument of a class, or another key refers to it."""

GIVEN = {
    "model": {"parts": ""},
    "optimizer": {"params": ""},
    "evaluation": {"metrics": "metrics"},
    "trainer": {
        "overfit_batches": "trainer.limit_train_batches",
        "accelerator": "runtime.accelerator",
        "devices": "runtime.devices",
        "num_nodes": "runtime.num_nodes",
        "strategy": "runtime.strategy",
        "precision": "precision",
        "logger": "logger",
        "callbacks": "callbacks",
        "plugins": "",
        "default_root_dir": "hydra.run.dir",
        "use_distributed_sampler": "",
        "enable_progress_bar": "runtime.progress_bar",
        "enable_model_summary": "runtime.model_summary",
    },
}
"""Arguments that the program gives to the class of a section, each with the key that sets it; empty for none.

These sections have `_partial_: true`, and no other section has.
"""

SWEEP_SECTIONS = ("launcher", "sweeper")
"""Sections that define how runs are started; they are not part of a run's config."""

SECTIONS_WITHOUT_INFLUENCE = ("runtime", "logger", *SWEEP_SECTIONS)
"""Sections that cannot change the result of a run, and so are not part of its identity."""


def keys_without_influence() -> list[str]:
    """The program's own keys that cannot change the result of a run."""
    return [key.name for key in fields(ProgramConfig) if not key.metadata.get("influences_result", True)]
