"""Attention pooling."""

from typing import Literal

import torch
from torch import Tensor, nn

from wsed.pooling.base import Pooling, flatten


class AttentionPooling(Pooling):
    """A mean in which each cell weighs as much as a layer on the embedding says (Xu 2018, eq. 3 and 4).

    Args:
        look_at: what the layer sees: the `embedding`, beside the sigmoid, as in the paper; or the cell's `probs` of all
            classes, as in Xu's code.
        axis: of the softmax that makes weights of what the layer says. `class`: classes compete for each cell, and a
            class's weights are divided by their sum, as in Xu's code; `cell`: a class's cells compete, as in TALNet.
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
        seen = embedding if self.look_at == "embedding" else probs
        if seen is None:
            raise ValueError("attention pooling looks at the embedding; give it one")
        cells, mask = flatten(probs, valid)
        said = self.layer(seen.flatten(2).transpose(1, 2).to(self.layer.weight.dtype)).transpose(1, 2)
        weights = said.softmax(1) if self.axis == "class" else said.masked_fill(~mask, -torch.inf).softmax(2)
        weights = weights.masked_fill(~mask, 0)
        pooled: Tensor = (weights * cells.masked_fill(~mask, 0)).sum(2) / weights.sum(2).clamp_min(1e-7)
        return pooled
