"""Joint separation-classification (Kong, Xu, Wang and Plumbley, ICASSP 2018)."""

from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor

from wsed.prediction import Prediction
from wsed.systems.mask_system import MaskSystem
from wsed.systems.parts import Parts
from wsed.systems.presence import share_by_presence


class Jsc(MaskSystem):
    """Masks that separate and classify at once: a network draws them (section 3.1), pooling maps them to clips (3.2).

    The background mask is the published code's; the paper does not mention it. The follow-up (Kong et al., TASLP 2019),
    which later papers call VGG-GWRP, has none. Sharing by presence is ours.

    Args:
        parts: see `MaskSystem`.
        background: `residual` adds a background mask `1 - sum of the class masks`, clamped to [0, 1] and pooled like
            the others; `own` draws a mask for the background as for a class; `none` has class masks alone.
        presence: power of the clip probabilities in `share_by_presence`, 0 or more; 0 leaves masks as they are drawn.
            Above 0, frame probabilities are multiplied by clip probabilities as well. Neither happens in training.

    Raises:
        ValueError: parts that do not fit, or a negative power.
    """

    def __init__(
        self, parts: Parts, background: Literal["residual", "own", "none"] = "residual", presence: float = 0.0
    ) -> None:
        super().__init__(parts, background == "own", background != "none")
        if presence < 0:
            raise ValueError(f"presence is {presence:g}; it must be at least 0")
        self.background = background
        self.presence = presence

    def all_masks(self, drawn: Tensor) -> Tensor:
        """Adds what the classes leave of each cell (published code); no gradient passes where they claim all of it."""
        if self.background != "residual":
            return drawn
        rest = 1 - drawn.sum(1, keepdim=True).clamp(1e-7, 1 - 1e-7)
        return torch.cat([drawn, rest], 1)

    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        prediction = super().predict(features, valid)
        if self.training or not self.presence:
            return prediction
        assert prediction.masks is not None
        with torch.autocast(features.device.type, enabled=False):
            shared = share_by_presence(prediction.masks, prediction.clip_probs, self.presence)
            rest = prediction.background_mask
            masks = shared if rest is None else torch.cat([shared, rest[:, None]], 1)
            frame_probs = self.pooling.frame_probs(masks, valid)[:, : len(self.labels)]
        return replace(prediction, masks=shared, frame_probs=frame_probs * prediction.clip_probs[:, :, None])
