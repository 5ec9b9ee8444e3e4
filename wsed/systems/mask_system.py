"""Systems that draw a mask for each class."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from wsed.features.log_mel import LogMel
from wsed.losses.weighted import WeightedLoss
from wsed.pooling.base import Pooling
from wsed.prediction import Prediction
from wsed.systems.base import System
from wsed.systems.mask_refinement import share_by_presence


class MaskSystem(System):
    """A mask for each class by a 1x1 convolution and a sigmoid, pooled to clip probabilities.

    Args:
        network: from features `(batch, time, freq)` to an embedding `(batch, channel, time, freq)`, with `channels`.
        background: `residual` adds a background mask `1 - sum of the class masks`, clamped to [0, 1] and pooled like
            the others; `own` gives the background a mask of its own like a class's; `none` has classes only.
        presence: power of the clip probabilities by which classes share what their masks hold, see
            `share_by_presence`, and by whose first power frame probabilities are multiplied. Training has masks as they
            are, as all has with 0.

    The other arguments are those of `System`.
    """

    def __init__(
        self,
        labels: Sequence[str],
        features: LogMel,
        network: nn.Module,
        pooling: Pooling,
        loss: WeightedLoss,
        optimizer: Mapping[str, Any],
        schedule: Callable[[int, int], float],
        background: Literal["residual", "own", "none"],
        presence: float = 0.0,
        augmentation: nn.Module | None = None,
    ) -> None:
        super().__init__(labels, features, network, pooling, loss, optimizer, schedule, augmentation)
        if not features.separates:
            raise ValueError("draws masks, which need features on a frequency axis; choose features=log_mel")
        if presence < 0:
            raise ValueError(f"presence is {presence:g}; it must be at least 0")
        self.background = background
        self.presence = presence
        channels: int = network.channels  # type: ignore[assignment]  # every network of wsed.networks says its own
        self.pooling.prepare(len(self.labels) + (background != "none"), features.bands, channels)
        self.head = nn.Conv2d(channels, len(self.labels) + (background == "own"), 1)
        nn.init.xavier_uniform_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]  # this head has a bias

    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        embedding = self.network(features)
        logits = self.head(embedding)
        # A mask near 0 or 1 has no neighbour in half precision, and ranks and sums of thousands of cells need some.
        with torch.autocast(features.device.type, enabled=False):
            channels = torch.sigmoid(logits.float())
            if self.background == "residual":
                rest = 1 - channels.sum(1, keepdim=True).clamp(1e-7, 1 - 1e-7)
                channels = torch.cat([channels, rest], 1)
            probs = self.pooling(channels, embedding, valid)
            classes = len(self.labels)
            modelled = self.background != "none"
            shares = self.presence > 0 and not self.training
            if shares:
                shared = share_by_presence(channels[:, :classes], probs[:, :classes], self.presence)
                channels = torch.cat([shared, channels[:, classes:]], 1)
            frames = self.pooling.frame_probs(channels)[:, :classes]
            return Prediction(
                clip_probs=probs[:, :classes],
                frame_probs=frames * probs[:, :classes, None] if shares else frames,
                masks=channels[:, :classes],
                background_probs=probs[:, classes] if modelled else None,
                background_mask=channels[:, classes] if modelled else None,
                valid=valid,
            )
