"""Rendering a batch of mixtures compared with a training step on it."""

from collections.abc import Iterator

import torch

from benchmarks.figure import Figure
from benchmarks.settings import Settings
from benchmarks.timing import seconds
from wsed.data.batch import Batch
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixing.single_event import SingleEvent
from wsed.data.soundbanks.generated import Generated
from wsed.features.log_mel import LogMel
from wsed.networks.vgg import Vgg

CLIPS = 8
LABELS = ["baby_cry", "glass_break", "gunshot"]


def dataset(duration: float) -> MixtureDataset:
    """Mixtures of Kong 2018 from generated sounds, so many seconds long."""
    recipe = SingleEvent(duration, [0.0, 0.0], {"background": 1, "event": 1, "mixture": 1})
    bank = Generated(16000, LABELS, 4, 0).load()
    return MixtureDataset(bank, recipe, 0, "train", 1008, fresh=True, for_evaluation=False, with_sources=False)


def step(features: LogMel, network: Vgg, batch: Batch) -> None:
    """One forward and one backward pass."""
    with torch.autocast("cpu", torch.bfloat16):
        embedding = network(features(batch.waveform))
    embedding.float().mean().backward()


def figures(settings: Settings) -> Iterator[Figure]:
    """How many times longer a step of the half-width network takes than rendering its batch, on a CPU."""
    clips = dataset(1.0 if settings.small else 4.0)
    # Evenly over the epoch, for as many clips of each kind as a shuffled batch has on average.
    keys = [(0, index * len(clips) // CLIPS) for index in range(CLIPS)]
    features = LogMel(16000, "hamming", 1024, 528, 64, 0.0, 8000.0, 1e-8)
    network = Vgg([4] if settings.small else [32, 32, 32, 32], 0.3, True)
    batch = clips[keys]
    taken = seconds({"step": lambda: step(features, network, batch), "render": lambda: clips[keys]}, settings.seconds)
    compared = "rendering its batch"
    yield Figure(
        "time of a step of the half-width network", taken["step"] / taken["render"], compared=compared, floor=2
    )
