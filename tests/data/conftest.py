"""A soundbank of noise, whose levels and lengths differ, and datamodules on it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from wsed.data.datamodules.mixtures import MixtureDataModule
from wsed.data.mixing.single_event import SingleEvent
from wsed.data.samplers.shuffled import Shuffled
from wsed.data.soundbanks.base import Recording, Soundbank

RATE = 8000


def recording(label: str, number: int, seconds: float) -> Recording:
    rng = np.random.default_rng([len(label), ord(label[0]), number])
    samples = rng.normal(0, rng.uniform(0.01, 0.3), round(seconds * RATE))
    name = f"{label}/{number}"
    return Recording(name, label, 1 + number % 4, name, torch.from_numpy(samples).float())


@pytest.fixture(scope="session")
def bank() -> Soundbank:
    """Two classes of eight events and one scene of eight backgrounds, half of them shorter than a second."""
    return Soundbank(
        RATE,
        ("bark", "bell"),
        tuple(recording(label, number, 0.1 + 0.15 * number) for label in ("bark", "bell") for number in range(8)),
        tuple(recording("street", number, 0.4 + 0.3 * number) for number in range(8)),
    )


def varied(fresh: bool) -> SingleEvent:
    """Half-second mixtures, new ones in every epoch or the same."""
    return SingleEvent(0.5, [-5.0, 5.0], {"background": 1, "event": 1, "mixture": 1}, fresh=fresh)


class Loaded:
    """A loader whose soundbank is in memory already."""

    def __init__(self, bank: Soundbank) -> None:
        self.bank = bank

    def load(self) -> Soundbank:
        return self.bank


@pytest.fixture
def mixtures(bank: Soundbank) -> Callable[..., MixtureDataModule]:
    """Datamodules of half-second mixtures, thirteen to train on; keywords change an argument."""

    def build(**changes: Any) -> MixtureDataModule:
        arguments = {
            "soundbank": Loaded(bank),
            "recipe": varied(fresh=True),
            "folds": {"train": [1, 2], "val": [3], "test": [4]},
            "clips": {"train": 13, "val": 3, "test": 5},
            "batch_size": 4,
            "sampler": Shuffled(),
            "num_workers": 0,
            "seed": 0,
            "shuffle_seed": 1,
        }
        return MixtureDataModule(**{**arguments, **changes})

    return build
