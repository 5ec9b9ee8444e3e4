"""Linear softmax pooling."""

from torch import Tensor

from wsed.pooling.base import Pooling, flatten, weighted_mean

SMALLEST = 1e-7
"""Below this, probabilities weigh the same, so that a clip of zeros has a mean."""


class LinearSoftmaxPooling(Pooling):
    """A mean in which each cell weighs as much as its probability: `sum p^2 / sum p` (Dang et al. 2017; TALNet)."""

    convex = True
    permutation_invariant = True
    monotone = False

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        return weighted_mean(cells, cells.clamp_min(SMALLEST).log(), mask)
