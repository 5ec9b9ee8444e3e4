"""The parts that every system is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

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
    """What a system is made of, beside the layers of its own.

    Attributes:
        labels: event classes in the order of the `class` axis.
        features: from waveforms to features.
        network: from features to an embedding.
        pooling: from masks or frame probabilities to clip probabilities.
        loss: the weighted sum of loss terms, which training minimises.
        optimizer: makes the optimizer, `optimizer(params=...)`.
        schedule: factor on the learning rate, from the step and the number of steps.
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
            description: an entry for each part; entries of other names are ignored.

        Raises:
            UserError: a class refuses its arguments.
        """
        described = {part.name: description[part.name] for part in fields(Parts) if part.name in description}
        optimizer = partial(instantiate, described.pop("optimizer"))
        # The network's initial weights come first, so that a seed gives the same weights whatever the other parts draw.
        network = instantiate(described.pop("network"))
        return Parts(network=network, optimizer=optimizer, **instantiate(described))
