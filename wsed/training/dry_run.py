"""A pass over single clips before a run starts, which finds at once what training or the test would find later."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor

from wsed.data.batch import Batch
from wsed.data.datamodules.base import ClipDataModule
from wsed.errors import UserError, did_you_mean
from wsed.evaluation.evaluator import Evaluator
from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.prediction import Event, Prediction
from wsed.systems.base import System
from wsed.training.callbacks.checkpoints import BestCheckpoint


def dry_run(
    config: Mapping[str, Any],
    system: System,
    data: ClipDataModule,
    evaluator: Evaluator,
    callbacks: Iterable[Callback],
) -> None:
    """Checks that a system can be trained and tested on the data; draws no random numbers.

    Args:
        config: config of the run.
        system: the system, untrained.
        data: data after `setup`.
        evaluator: scores the predictions.
        callbacks: the callbacks of the run.

    Raises:
        UserError: the clips are too short for the system, the loss does not fit the classes, the optimizer refuses its
            arguments, or no metric has the name that is monitored.
    """
    _optimize(system)
    clip = data.datasets["train"][[(0, 0)]]
    _check_length(system, clip)
    prediction, terms = _predict(system, clip)
    if system.loss.needs_sources and system.target(clip, prediction).source_magnitudes is None:
        raise UserError(
            "loss: has a term that needs the sources of mixtures, and features with a frequency axis; choose data that "
            "are mixed from recordings and features=log_mel, or set the weight of the term to 0"
        )
    if "val" not in data.datasets:
        return
    callbacks = list(callbacks)
    if config["test"] == "best" and config["trainer"].get("fast_dev_run"):
        raise UserError("test=best: trainer.fast_dev_run keeps no weights; set test=last")
    if config["test"] == "best" and not any(isinstance(each, BestCheckpoint) for each in callbacks):
        raise UserError("test=best: nothing keeps the best weights; set test=last, or add callbacks/best_checkpoint")
    # Other parts may log what they like.
    if all(type(part).__module__.startswith(("wsed.", "pytorch_lightning.")) for part in (system, *callbacks)):
        known = {f"{stage}/{name}" for stage in ("train", "val") for name in terms}
        known |= {f"val/{name}" for name in _scores(system, data, evaluator)}
        _check_monitors(config["monitor"], callbacks, known | _learnt(system))


def _optimize(system: System) -> None:
    try:
        system.make_optimizer(params=system.parameters())
    except (ValueError, TypeError, RuntimeError) as error:
        raise UserError(f"optimizer: {' '.join(str(error).split())}; correct its arguments") from error


def _check_length(system: System, clip: Batch) -> None:
    samples, features = clip.waveform.shape[1], system.features
    if features.frames(samples) < system.network.time_reduction:
        rate = features.sample_rate
        raise UserError(
            f"features: a clip of {samples / rate:g} s has {features.frames(samples)} frames, and the network needs "
            f"{system.network.time_reduction}; give longer clips, or a smaller features.window_size and features.hop"
        )


def _predict(system: System, batch: Batch) -> tuple[Prediction, dict[str, Tensor]]:
    """The prediction, and the values of the loss by name."""
    system.eval()
    with torch.no_grad():
        prediction = system(batch.waveform, batch.lengths)
        _, terms = system.loss(prediction, system.target(batch, prediction))
    system.train()
    return prediction, terms


def _scores(system: System, data: ClipDataModule, evaluator: Evaluator) -> set[str]:
    """The names of the scores of a validation pass, as if every class occurred in it."""
    clip = data.datasets["val"][[(0, 0)]]
    prediction, _ = _predict(system, clip)
    labels = system.labels
    seconds = clip.waveform.shape[1] / system.features.sample_rate
    collector = PredictionCollector(labels, system.features)
    for number in range(2):
        events = [[Event(0.0, seconds / 2, label) for label in labels if number]]
        weak, strong = torch.full_like(clip.weak, number), torch.ones_like(clip.has_strong)
        changed = replace(clip, filenames=[f"{number}.wav"], weak=weak, events=events, has_strong=strong)
        collector.update(changed, prediction)
    return set(evaluator.validate(collector))


def _learnt(system: System) -> set[str]:
    channels = (*system.labels, "background")
    return {f"pooling/{name}/{channel}" for name in system.pooling.learnt() for channel in channels}


def _check_monitors(monitor: str, callbacks: Iterable[Callback], known: set[str]) -> None:
    """Checks the metrics that decide which weights are best, and when training stops."""
    named = {getattr(callback, "monitor", None) for callback in callbacks}
    for name in [monitor, *sorted(each for each in named if isinstance(each, str))]:
        if name not in known:
            some = ", ".join(sorted(each for each in known if each.count("/") < 3 and each.startswith("val/"))[:6])
            raise UserError(
                f"monitor={name}: no metric of the validation split has this name; there are {some} and "
                f"others.{did_you_mean(name, sorted(known))}"
            )
