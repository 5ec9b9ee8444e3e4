"""The parts that every system is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from wsed.augmentation.unchanged import Unchanged
from wsed.config.instantiate import instantiate
from wsed.features.base import Features
from wsed.losses.weighted import WeightedLoss
from wsed.networks.base import Encoder
from wsed.pooling.base import Pooling
from wsed.schedules.base import Schedule


@dataclass(frozen=True)
class Parts:
    """The parts of a system besides the layers that it defines itself.

    Attributes:
        labels: event classes in the order of the `class` axis.
        features: turns waveforms into features.
        network: turns features into an embedding.
        pooling: turns masks or frame probabilities into clip probabilities.
        loss: the weighted sum of loss terms, which training minimises.
        optimizer: creates the optimizer, `optimizer(params=...)`.
        schedule: gives the factor on the learning rate, from the step and the number of steps.
        augmentation: changes the features in training, `(batch, time, freq)` to the same.
    """

    labels: Sequence[str]
    features: Features
    network: Encoder
    pooling: Pooling
    loss: WeightedLoss
    optimizer: Callable[..., Optimizer]
    schedule: Schedule
    augmentation: nn.Module = field(default_factory=Unchanged)

    @staticmethod
    def from_description(description: Mapping[str, Any]) -> "Parts":
        """Builds parts from plain Python.

        Args:
            description: an entry for each part; other entries are ignored.

        Raises:
            UserError: a class refuses its arguments.
        """
        described = {part.name: description[part.name] for part in fields(Parts) if part.name in description}
        optimizer = partial(instantiate, described.pop("optimizer"))
        # The network is built first, so that a seed gives it the same weights whatever random numbers other parts draw.
        network = instantiate(described.pop("network"))
        # The filter bank needs numbers, also where the rest of a system is built with shapes alone.
        with torch.device("cpu"):
            features = instantiate(described.pop("features"))
        return Parts(network=network, features=features, optimizer=optimizer, **instantiate(described))
