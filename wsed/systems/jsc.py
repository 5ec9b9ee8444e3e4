"""Joint separation-classification (Kong, Xu, Wang and Plumbley, ICASSP 2018)."""

from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor

from wsed.checks.ranges import Exponent, Positive, Sharpness
from wsed.prediction import Prediction
from wsed.systems.full_precision import full_precision
from wsed.systems.mask_system import MaskSystem
from wsed.systems.parts import Parts
from wsed.systems.presence import share_by_presence
from wsed.systems.sharpening import sharpen


class Jsc(MaskSystem):
    """Predicts masks that both separate and classify (section 3.1), and pools them to clip probabilities (section 3.2).

    The background mask comes from the published code; the paper does not mention it. The follow-up (Kong et al., TASLP
    2019), which later papers call VGG-GWRP, has none. Sharing by presence and sharpening are additions of wsed.

    Args:
        parts: see `MaskSystem`.
        background: `residual` adds a background mask `1 - sum of the class masks`, clamped to [0, 1] and pooled like
            the others; `own` predicts a mask for the background as for a class, and divides all masks of a cell by
            their sum; `none` has only class masks.
        presence: power of the clip probabilities in `share_by_presence`, 0 or more; 0 leaves the masks unchanged. Above
            0, frame probabilities are also multiplied by clip probabilities. Training uses neither.
        sharpness: power of the masks in `sharpen`, above 0; 1 leaves them unchanged. Training does not use it.
        background_weight: weight of the background in `sharpen`, above 0, likewise.

    Raises:
        ValueError: the parts do not fit, or a power is out of range.
    """

    def __init__(
        self,
        parts: Parts,
        background: Literal["residual", "own", "none"] = "residual",
        presence: Exponent = 0.0,
        sharpness: Sharpness = 1.0,
        background_weight: Positive = 1.0,
    ) -> None:
        super().__init__(parts, background == "own", background != "none")
        if presence < 0:
            raise ValueError(f"presence is {presence:g}; it must be at least 0")
        for name, factor in (("sharpness", sharpness), ("background_weight", background_weight)):
            if factor <= 0:
                raise ValueError(f"{name} is {factor:g}; it must be above 0")
        self.background = background
        self.presence = presence
        self.sharpness = sharpness
        self.background_weight = background_weight

    def all_masks(self, drawn: Tensor) -> Tensor:
        """Adds the share of each cell that the classes leave (published code), or makes shares of all masks.

        With `residual`, a sound that the network does not know goes to the background, since no class claims it; an
        `own` background has to claim its cells as well. No gradient passes through the residual background mask in
        cells where the sum of the class masks is clamped.
        """
        if self.background == "own":
            return drawn / drawn.sum(1, keepdim=True).clamp_min(torch.finfo(drawn.dtype).tiny)
        if self.background == "none":
            return drawn
        residual = 1 - drawn.sum(1, keepdim=True).clamp(1e-7, 1 - 1e-7)
        return torch.cat([drawn, residual], 1)

    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        prediction = super().predict(features, valid)
        unchanged = self.presence == 0 and self.sharpness == self.background_weight == 1
        if self.training or unchanged:
            return prediction
        assert prediction.masks is not None
        masks = prediction.masks
        with full_precision(features):
            if self.presence:
                masks = share_by_presence(masks, prediction.clip_probs, self.presence)
            masks, background = sharpen(masks, prediction.background_mask, self.sharpness, self.background_weight)
            pooled = masks if background is None else torch.cat([masks, background[:, None]], 1)
            frame_probs = self.pooling.frame_probs(pooled, valid)[:, : len(self.labels)]
            if self.presence:
                frame_probs = frame_probs * prediction.clip_probs[:, :, None]
        return replace(prediction, masks=masks, background_mask=background, frame_probs=frame_probs)
