"""Systems that predict a mask for each class."""

import torch
from torch import Tensor, nn

from wsed.features.base import SpectralFeatures
from wsed.prediction import Prediction
from wsed.systems.base import System
from wsed.systems.full_precision import full_precision
from wsed.systems.parts import Parts


class MaskSystem(System):
    """Predicts a mask for each class with a 1x1 convolution and a sigmoid, and pools masks to clip probabilities.

    Args:
        parts: the parts of the system; the features must have a frequency axis, and the network must keep time and
            frequency.
        draws_background: whether the convolution gives one more mask, for the background.
        pools_background: whether a background mask is pooled as well: the convolution's, or one that `all_masks` adds.

    Raises:
        ValueError: the features have no frequency axis, or the network does not keep time and frequency.
    """

    separates = True

    def __init__(self, parts: Parts, draws_background: bool = False, pools_background: bool = False) -> None:
        super().__init__(parts)
        if not isinstance(parts.features, SpectralFeatures):
            raise ValueError(
                f"predicts masks, and the features {type(parts.features).__name__} have no frequency axis; "
                "choose features=log_mel, or a model of frames, such as model=gated_crnn"
            )
        if not parts.network.keeps_frequency or parts.network.time_reduction > 1:
            raise ValueError(
                f"predicts masks, and the network {type(parts.network).__name__} does not keep time and frequency; "
                "choose a network that does, such as network=vgg, or a model of frames, such as model=strong_weak"
            )
        channels = parts.network.channels
        self.pooling.prepare(len(self.labels) + pools_background, parts.features.bands, channels)
        self.head = nn.Conv2d(channels, len(self.labels) + draws_background, 1)
        parts.network.initialise(self.head)

    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        embedding = self.network(features)
        logits = self.head(embedding)
        # Half precision cannot tell masks near 0 or 1 apart, nor rank and sum thousands of cells.
        with full_precision(features):
            masks = self.all_masks(torch.sigmoid(logits.float()))
            probs = self.pooling(masks, embedding, valid)
            frame_probs = self.pooling.frame_probs(masks, valid)
        classes = len(self.labels)
        modelled = masks.shape[1] > classes
        return Prediction(
            clip_probs=probs[:, :classes],
            frame_probs=frame_probs[:, :classes],
            masks=masks[:, :classes],
            background_probs=probs[:, classes] if modelled else None,
            background_mask=masks[:, classes] if modelled else None,
            valid=valid,
        )

    def all_masks(self, drawn: Tensor) -> Tensor:
        """The masks that are pooled: those of the classes, then the background's if the system models it.

        Args:
            drawn: `(batch, class, time, freq)` in [0, 1], the masks of the convolution.

        Returns:
            The same, or with one more entry on the `class` axis.
        """
        return drawn
