"""The parts of a run, built from its config."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.progress import track
from torch import Tensor

from wsed.data.datamodules.base import ClipDataModule
from wsed.data.datasets.base import ClipDataset
from wsed.systems.base import System
from wsed.systems.card import ModelCard
from wsed.systems.checkpoint import check_weights, read_weights

PARTS = ("features", "augmentation", "network", "pooling", "loss", "optimizer", "schedule")


def build_system(config: Mapping[str, Any]) -> System:
    """The untrained system of a validated config.

    Raises:
        UserError: parts that do not go together.
    """
    parts = {name: config[name] for name in PARTS}
    return System.from_description({"system": config["model"], "labels": config["data"]["labels"], **parts})


def load_weights(system: System, path: Path) -> System:
    """A system with the weights of one of its own checkpoints, ready to use.

    Raises:
        UserError: the file is damaged.
    """
    weights = read_weights(path)
    check_weights(path, system, weights)
    system.load_state_dict(weights)
    return system.eval()


def model_card(data: ClipDataModule, sample_rate: int) -> ModelCard:
    """What the use of a system needs to know about its training data.

    Args:
        data: the data, after `setup`.
        sample_rate: Hz.
    """
    seconds = data.clip_seconds
    if seconds is None:
        seconds = data.datasets["train"][[(0, 0)]].waveform.shape[1] / sample_rate
    info = data.info
    corpus, licence = (info.content, info.licence) if info else ("not known", "not known")
    return ModelCard(seconds, corpus, licence)


def training_waveforms(clips: ClipDataset, batch_size: int) -> Iterator[Tensor]:
    """Yields the waveforms of a dataset's first epoch in order: batch by batch, or clip by clip if clips are padded."""
    for start in track(range(0, len(clips), batch_size), "Measuring features", transient=True):
        batch = clips[[(0, index) for index in range(start, min(start + batch_size, len(clips)))]]
        if batch.lengths is None:
            yield batch.waveform
        else:
            for waveform, length in zip(batch.waveform, batch.lengths.tolist(), strict=True):
                yield waveform[None, :length]
