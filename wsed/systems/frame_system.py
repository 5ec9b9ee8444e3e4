"""Systems that give a probability for each frame."""

import torch
from torch import Tensor, nn

from wsed.prediction import Prediction
from wsed.systems.base import System


class FrameSystem(System):
    """A probability for each class and frame by a dense layer and a sigmoid, pooled to clip probabilities.

    Args:
        network: from features `(batch, time, freq)` to an embedding `(batch, channel, time / time_reduction)`, with its
            `channels` and `time_reduction`.

    The other arguments are those of `System`.
    """

    def add_layers(self) -> None:
        channels: int = self.network.channels  # type: ignore[assignment]  # every network of wsed.networks says its own
        self.pooling.prepare(len(self.labels), 1, channels)
        self.head = nn.Conv1d(channels, len(self.labels), 1)
        nn.init.xavier_uniform_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]  # this head has a bias

    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        embedding = self.network(features)
        logits = self.head(embedding)
        # As in systems with masks: probabilities near 0 and 1 need full precision.
        with torch.autocast(features.device.type, enabled=False):
            probs = torch.sigmoid(logits.float())
            reduction: int = self.network.time_reduction  # type: ignore[assignment]
            # The first of the frames that became one decides.
            inside = None if valid is None else valid[:, ::reduction][:, : probs.shape[2]]
            frame_probs = stretch(self.pooling.frame_probs(probs), reduction, features.shape[1])
            return Prediction(self.clip_probs(probs, embedding, inside), frame_probs, valid=valid)

    def clip_probs(self, probs: Tensor, embedding: Tensor, valid: Tensor | None) -> Tensor:
        """From frame probabilities `(batch, class, time)`, the embedding and valid frames to `(batch, class)`."""
        pooled: Tensor = self.pooling(probs, embedding, valid)
        return pooled


def stretch(probs: Tensor, reduction: int, frames: int) -> Tensor:
    """Frame probabilities at the rate of the features: each is repeated, and the last as often as it takes.

    Args:
        probs: `(batch, class, frames // reduction)`, or a frame more.
        reduction: frames of the features for each.
        frames: of the features.

    Returns:
        `(batch, class, frames)`.
    """
    repeated = probs.repeat_interleave(reduction, 2)
    missing = max(0, frames - repeated.shape[2])
    return torch.cat([repeated[:, :, :frames], probs[:, :, -1:].expand(-1, -1, missing)], 2)
