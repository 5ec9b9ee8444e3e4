"""Ranges of arguments of other packages' classes, which have none of their own."""

from collections.abc import Mapping
from types import NoneType
from typing import Annotated, Any, Literal

from annotated_types import Interval, Len

from wsed.checks.ranges import (
    Count,
    CountFromZero,
    Few,
    FewFromZero,
    ListOf,
    Named,
    NonNegative,
    Number,
    Pair,
    PathText,
    Positive,
    Scalar,
    Share,
    ShareAboveZero,
    ShareBelowOne,
    Size,
    Text,
)

LearningRate = Annotated[float, Interval(gt=0, le=1000)]
Batches = ShareAboveZero | Count
"""Share of the batches of an epoch, or their number."""

OPTIMIZER: Mapping[str, Any] = {
    "lr": LearningRate,
    "weight_decay": NonNegative,
    "momentum": ShareBelowOne,
    "dampening": ShareBelowOne,
    "alpha": Share,
    "rho": ShareBelowOne,
    "eps": Positive,
    "betas": Pair[ShareBelowOne],
    "lr_decay": NonNegative,
    "initial_accumulator_value": NonNegative,
    "beta2_decay": Annotated[float, Interval(ge=-10, lt=0)],
    "d": Positive,
    "lambd": NonNegative,
    "t0": NonNegative,
    "momentum_decay": NonNegative,
    "etas": Pair[Positive],
    "step_sizes": Pair[Positive],
    "max_iter": Few,
    "max_eval": Count | None,
    "tolerance_grad": NonNegative,
    "tolerance_change": NonNegative,
    "history_size": Few,
    "line_search_fn": Literal["strong_wolfe"] | None,
    "ns_coefficients": ListOf[Number],
    "ns_steps": Annotated[int, Interval(ge=1, le=99)],
    "adjust_lr_fn": Literal["original", "match_rms_adamw"] | None,
}
ADAFACTOR: Mapping[str, Any] = {**OPTIMIZER, "eps": Pair[Positive | None]}
TRAINER: Mapping[str, Any] = {
    "max_epochs": Count,
    "min_epochs": Count | None,
    "max_steps": Literal[-1] | Count,
    "min_steps": Count | None,
    "max_time": Text | None,
    "limit_train_batches": Batches | None,
    "limit_val_batches": Batches | None,
    "limit_test_batches": Batches | None,
    "limit_predict_batches": Batches | None,
    "overfit_batches": Share | CountFromZero,
    "val_check_interval": Batches | None,
    "check_val_every_n_epoch": Count | None,
    "num_sanity_val_steps": Literal[-1] | CountFromZero | None,
    "log_every_n_steps": CountFromZero | None,
    "accumulate_grad_batches": Count,
    "gradient_clip_val": NonNegative | None,
    "gradient_clip_algorithm": Literal["norm", "value"] | None,
    "profiler": Literal["simple", "advanced", "pytorch"] | None,
    "reload_dataloaders_every_n_epochs": CountFromZero,
    "fast_dev_run": bool | CountFromZero,
    "model_registry": Text | None,
}
CALLBACK: Mapping[str, Any] = {
    "monitor": Text,
    "mode": Literal["max", "min"],
    "patience": CountFromZero,
    "min_delta": NonNegative,
    "stopping_threshold": Number | None,
    "divergence_threshold": Number | None,
    "dirpath": PathText | None,
    "filename": Text | None,
    "save_top_k": Literal[-1] | CountFromZero,
    "every_n_train_steps": CountFromZero | None,
    "every_n_epochs": CountFromZero | None,
    "train_time_interval": NoneType,
    "max_depth": Annotated[int, Interval(ge=-1, le=100)],
    "refresh_rate": CountFromZero,
    "console_kwargs": Named[Scalar] | None,
    "process_position": FewFromZero,
    "swa_lrs": LearningRate | ListOf[LearningRate],
    "swa_epoch_start": Share | Count,
    "annealing_epochs": CountFromZero,
    "device": Text | None,
    "decay": Share,
    "update_every_n_steps": Count,
    "update_starting_at_step": CountFromZero | None,
    "update_starting_at_epoch": CountFromZero | None,
    "duration": Text | Named[CountFromZero] | None,
    "interval": Literal["step", "epoch"],
    "window": Count,
    "warmup": CountFromZero,
    "atol": NonNegative | None,
    "rtol": NonNegative | None,
    "exclude_batches_path": PathText | None,
    "scheduling": Annotated[Mapping[CountFromZero, Count], Len(1, 1000)],
    "unfreeze_backbone_at_epoch": CountFromZero,
    "backbone_initial_ratio_lr": Positive,
    "backbone_initial_lr": LearningRate | None,
    "initial_denom_lr": Positive,
    "rounding": FewFromZero,
    "min_lr": LearningRate,
    "max_lr": LearningRate,
    "num_training_steps": Count,
    "early_stop_threshold": Positive | None,
    "attr_name": Text,
    "pruning_fn": Text,
    "parameters_to_prune": NoneType,
    "parameter_names": ListOf[Text] | None,
    "amount": Share | Count,
    "pruning_dim": FewFromZero | None,
    "pruning_norm": FewFromZero | None,
}
MODEL_CHECKPOINT: Mapping[str, Any] = {**CALLBACK, "monitor": Text | None}
PRUNING: Mapping[str, Any] = {**CALLBACK, "verbose": Literal[0, 1, 2]}
LR_FINDER: Mapping[str, Any] = {**CALLBACK, "mode": Literal["linear", "exponential"]}
BATCH_FINDER: Mapping[str, Any] = {
    "mode": Literal["power", "binsearch"],
    "steps_per_trial": Count,
    "init_val": Size,
    "max_trials": Few,
    "batch_arg_name": Text,
    "margin": ShareBelowOne,
    "max_val": Count,
}

PACKAGES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("torch.optim", OPTIMIZER),
    ("pytorch_lightning.trainer.", TRAINER),
    ("pytorch_lightning.callbacks.model_checkpoint", MODEL_CHECKPOINT),
    ("pytorch_lightning.callbacks.pruning", PRUNING),
    ("pytorch_lightning.callbacks.lr_finder", LR_FINDER),
    ("pytorch_lightning.callbacks.batch_size_finder", BATCH_FINDER),
    ("pytorch_lightning.callbacks.", CALLBACK),
)


def foreign_types(cls: type) -> Mapping[str, Any]:
    """The types of those arguments of a class that have a range here."""
    if cls.__module__ == "torch.optim" and cls.__name__ == "Adafactor":
        return ADAFACTOR
    return next((types for package, types in PACKAGES if cls.__module__.startswith(package)), {})
