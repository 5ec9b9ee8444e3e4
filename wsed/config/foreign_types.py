"""Ranges of arguments of other packages' classes, which have none of their own."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from annotated_types import Interval, Len

from wsed.checks.ranges import Count, CountFromZero, NonNegative, ShareAboveZero, ShareBelowOne

LearningRate = Annotated[float, Interval(gt=0, le=1000)]
Batches = ShareAboveZero | Count
"""Share of the batches of an epoch, or their number."""

OPTIMIZER: Mapping[str, Any] = {
    "lr": LearningRate,
    "weight_decay": NonNegative,
    "momentum": ShareBelowOne,
    "dampening": ShareBelowOne,
    "alpha": ShareBelowOne,
    "eps": NonNegative,
    "betas": Annotated[Sequence[ShareBelowOne], Len(2, 2)],
}
TRAINER: Mapping[str, Any] = {
    "max_epochs": Count,
    "min_epochs": Count | None,
    "max_steps": Annotated[int, Interval(ge=-1, le=10**9)],
    "limit_train_batches": Batches | None,
    "limit_val_batches": Batches | None,
    "limit_test_batches": Batches | None,
    "overfit_batches": NonNegative,
    "accumulate_grad_batches": Count,
    "gradient_clip_val": NonNegative | None,
    "check_val_every_n_epoch": Count | None,
    "num_sanity_val_steps": CountFromZero,
    "fast_dev_run": bool | CountFromZero,
}
CALLBACK: Mapping[str, Any] = {"patience": CountFromZero, "min_delta": NonNegative}

PACKAGES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("torch.optim.", OPTIMIZER),
    ("pytorch_lightning.trainer.", TRAINER),
    ("pytorch_lightning.callbacks.", CALLBACK),
)


def foreign_types(cls: type) -> Mapping[str, Any]:
    """The types of those arguments of a class that have a range here."""
    return next((types for package, types in PACKAGES if cls.__module__.startswith(package)), {})
