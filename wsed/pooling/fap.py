"""Frequency-dependent auto-pooling."""

import torch
from torch import Tensor, nn

from wsed.pooling.base import Pooling, weighted_mean


class FrequencyDependentAutoPooling(Pooling):
    """Auto-pooling over time in each band, then a mean over bands, both learnt for each class (Liu et al. 2022).

    With masks `M`: `p_k(f) = sum_t M exp(a_k(f) M) / sum_t exp(a_k(f) M)`, `y_k = sum_f w_k(f) p_k(f)` with
    `w_k = softmax_f(v_k)`, and frame probabilities `y_k(t) = sum_f w_k(f) M_k(t, f)` (eq. 1). The paper gives eq. 1
    alone; that `a` depends on frequency, and `w` does not on the clip, is a reading of its name. Parameters begin at 0,
    which is the mean of all cells. On probabilities without frequency it is auto-pooling.
    """

    convex = True
    order_free = False
    monotone = False

    a: nn.Parameter
    v: nn.Parameter

    def prepare(self, classes: int, bands: int, channels: int) -> None:
        self.a = nn.Parameter(torch.zeros(classes, bands))
        # A single band has all the weight, and nothing to learn.
        self.v = nn.Parameter(torch.zeros(classes, bands), requires_grad=bands > 1)

    def learnt(self) -> dict[str, Tensor]:
        return {"mean_a": self.a.mean(1), "largest_weight": self.v.softmax(1).amax(1)}

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        bands = (probs[..., None] if probs.ndim == 3 else probs).transpose(2, 3)
        mask = torch.ones_like(bands, dtype=torch.bool) if valid is None else valid[:, None, None].expand_as(bands)
        of_bands = weighted_mean(bands, self.a[..., None] * bands, mask)
        return (self.v.softmax(1) * of_bands).sum(2)

    def frame_probs(self, probs: Tensor) -> Tensor:
        return probs if probs.ndim == 3 else (self.v.softmax(1)[:, None] * probs).sum(3)
