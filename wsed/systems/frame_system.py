"""Systems that predict a probability for each frame."""

import torch
from torch import Tensor, nn

from wsed.prediction import Prediction
from wsed.systems.base import System
from wsed.systems.full_precision import full_precision
from wsed.systems.parts import Parts


class FrameSystem(System):
    """Predicts each class in each frame with a dense layer and a sigmoid, and pools over time to clip probabilities.

    Args:
        parts: the parts of the system; the network must give an embedding without frequency.

    Raises:
        ValueError: the network keeps frequency.
    """

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        if parts.network.keeps_frequency:
            raise ValueError(
                f"predicts frames, and the network {type(parts.network).__name__} keeps frequency; "
                "choose a network of frames, such as network=crnn, or a model with masks, such as model=jsc"
            )
        channels = parts.network.channels
        self.pooling.prepare(len(self.labels), 1, channels)
        self.head = nn.Conv1d(channels, len(self.labels), 1)
        parts.network.initialise(self.head)

    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        embedding = self.network(features)
        logits = self.head(embedding)
        # Probabilities near 0 and 1 need full precision, as in systems with masks.
        with full_precision(features):
            probs = torch.sigmoid(logits.float())
            reduction = self.network.time_reduction
            # A frame of the embedding is valid if the first of its frames is.
            inside = None if valid is None else valid[:, ::reduction][:, : probs.shape[2]]
            frame_probs = stretch(self.frame_probs(probs, inside), reduction, features.shape[1])
            return Prediction(self.clip_probs(probs, embedding, inside), frame_probs, valid=valid)

    def clip_probs(self, probs: Tensor, embedding: Tensor, valid: Tensor | None) -> Tensor:
        """Clip probabilities `(batch, class)`.

        Args:
            probs: `(batch, class, time)`.
            embedding: `(batch, channel, time)`.
            valid: `(batch, time)` bool, or None where every frame is valid.
        """
        pooled: Tensor = self.pooling(probs, embedding, valid)
        return pooled

    def frame_probs(self, probs: Tensor, valid: Tensor | None) -> Tensor:
        """Presence per frame, `(batch, class, time)` to the same; `valid` as in `clip_probs`."""
        return self.pooling.frame_probs(probs, valid)


def stretch(probs: Tensor, reduction: int, frames: int) -> Tensor:
    """Repeats frame probabilities up to the frame rate of the features; the last one is repeated until the clip ends.

    Args:
        probs: `(batch, class, frames // reduction)`, or one frame more.
        reduction: number of frames of the features for each frame of `probs`.
        frames: number of frames of the features.

    Returns:
        `(batch, class, frames)`.
    """
    if reduction == 1:
        return probs
    # The last one is always repeated and then cut, because an export cannot depend on how many frames are missing.
    last = probs[:, :, -1:].expand(-1, -1, reduction - 1)
    return torch.cat([probs.repeat_interleave(reduction, 2), last], 2)[:, :, :frames]
