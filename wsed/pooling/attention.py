"""Attention pooling."""

from typing import Literal

import torch
from torch import Tensor, nn

from wsed.pooling.base import Pooling, flatten


class AttentionPooling(Pooling):
    """Weighted mean of cells; a dense layer with a softmax computes the weights (Xu 2018, equations 3 and 4).

    Args:
        look_at: input of the layer: the `embedding`, in parallel to the sigmoid, as in the paper; or the `probs` of all
            classes in the cell, as in Xu's code.
        axis: axis of the softmax. `class`: classes compete for each cell, and the weights of a class are divided by
            their sum, as in Xu's code; `cell`: the cells of a class compete, as in TALNet.
    """

    convex = True
    permutation_invariant = True

    layer: nn.Linear

    def __init__(self, look_at: Literal["embedding", "probs"], axis: Literal["class", "cell"]) -> None:
        super().__init__()
        self.look_at = look_at
        self.axis = axis
        self.monotone = look_at == "embedding"

    def prepare(self, classes: int, bands: int, channels: int) -> None:
        self.layer = nn.Linear(channels if self.look_at == "embedding" else classes, classes)
        nn.init.xavier_uniform_(self.layer.weight)
        nn.init.zeros_(self.layer.bias)

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        inputs = embedding if self.look_at == "embedding" else probs
        if inputs is None:
            raise ValueError("attention pooling looks at the embedding; give it one")
        cells, mask = flatten(probs, valid)
        logits = self.layer(inputs.flatten(2).transpose(1, 2).to(self.layer.weight.dtype)).transpose(1, 2)
        weights = logits.softmax(1) if self.axis == "class" else logits.masked_fill(~mask, -torch.inf).softmax(2)
        weights = weights.masked_fill(~mask, 0)
        pooled: Tensor = (weights * cells.masked_fill(~mask, 0)).sum(2) / weights.sum(2).clamp_min(1e-7)
        return pooled
