"""Frequency-dependent auto-pooling."""

from typing import Literal

import torch
from torch import Tensor, nn

from wsed.checks.ranges import NonNegative, Positive
from wsed.pooling.base import Pooling, weighted_mean


class FrequencyDependentAutoPooling(Pooling):
    """Auto-pooling with a sharpness and weights that depend on frequency, learnt for each class (Liu et al. 2022).

    The paper gives the name and the frame probabilities of masks `M`, `y_k(t) = sum_f w_k(f) M_k(t, f)` (equation 1),
    but no formula for clip probabilities. Three readings are possible; in each, `w` sums to 1 over bands:

    - `bands`: each band is auto-pooled over time with a separate sharpness, `p_k(f) = sum_t M exp(a_k(f) M) /
      sum_t exp(a_k(f) M)`, then `y_k = sum_f w_k(f) p_k(f)`, `w_k = softmax_f(v_k)`.
    - `frames`: the frame probabilities of equation 1, with `w_k = softmax_f(v_k)`, are auto-pooled over time with one
      sharpness.
    - `cells`: all cells are pooled at once with weights `exp(a_k(f) M)`; `w_k(f)` is the share of a band in the weights
      of all valid cells of the clip.

    With the defaults, all parameters are 0 initially, so that training starts from the mean of all cells. An optimizer
    such as Adam moves a parameter by about its learning rate a step, and cells lie in [0, 1], so that short trainings
    stay near the mean. Without a frequency axis, each reading is auto-pooling.

    Args:
        reading: one of the three.
        tied: whether all classes share `a`.
        sharpness: initial value of each `a`, 0 or more: 0 is the mean, 1 softmax pooling, tens are near the maximum.
        step: factor on the learning rate of `a`, above 0, for optimizers that do not depend on the scale of gradients,
            such as Adam.
    """

    convex = True
    permutation_invariant = False
    monotone = False

    scaled: nn.Parameter
    v: nn.Parameter

    def __init__(
        self,
        reading: Literal["bands", "frames", "cells"] = "bands",
        tied: bool = False,
        sharpness: NonNegative = 0.0,
        step: Positive = 1.0,
    ) -> None:
        super().__init__()
        self.reading = reading
        self.tied = tied
        self.sharpness = sharpness
        self.step = step

    def prepare(self, classes: int, bands: int, channels: int) -> None:
        self.classes = classes
        shape = 1 if self.tied else classes, 1 if self.reading == "frames" else bands
        # Stored in units of `step`, which makes the optimizer's steps of `a` as much larger.
        self.scaled = nn.Parameter(torch.full(shape, self.sharpness / self.step))
        # With a single band there is nothing to learn, as its weight is 1.
        learns = bands > 1 and self.reading != "cells"
        self.v = nn.Parameter(torch.zeros(classes, bands), requires_grad=learns)

    @property
    def a(self) -> Tensor:
        """The sharpness, `(class, freq)`; a length of 1 stands for all classes or bands."""
        return self.step * self.scaled

    def learnt(self) -> dict[str, Tensor]:
        learnt = {"mean_a": self.a.mean(1).expand(self.classes)}
        if self.reading != "cells":
            learnt["largest_weight"] = self.v.softmax(1).amax(1)
        return learnt

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells = probs[..., None] if probs.ndim == 3 else probs
        mask = torch.ones_like(cells, dtype=torch.bool) if valid is None else valid[:, None, :, None].expand_as(cells)
        if self.reading == "frames":
            frames = self.frame_probs(cells, valid)
            return weighted_mean(frames, self.a * frames, mask[..., 0])
        logits = self.a[:, None] * cells
        if self.reading == "cells":
            return weighted_mean(cells.flatten(2), logits.flatten(2), mask.flatten(2))
        of_bands = weighted_mean(cells.transpose(2, 3), logits.transpose(2, 3), mask.transpose(2, 3))
        return (self.v.softmax(1) * of_bands).sum(2)

    def frame_probs(self, probs: Tensor, valid: Tensor | None = None) -> Tensor:
        if probs.ndim == 3:
            return probs
        if self.reading == "cells":
            logits = self.a[:, None] * probs
            if valid is not None:
                logits = logits.masked_fill(~valid[:, None, :, None], -torch.inf)
            share = logits.flatten(2).softmax(2).view_as(probs).sum(2)
            return (share[:, :, None] * probs).sum(3)
        return (self.v.softmax(1)[:, None] * probs).sum(3)
