"""GWRP by one sort of the whole batch, compared with the published code's loop over clips and classes."""

import torch
from torch.utils import benchmark

from wsed.pooling.gwrp import GlobalWeightedRankPooling


def naive(probs: torch.Tensor, decay: float) -> torch.Tensor:
    """GWRP of one clip and class at a time: each cell is weighted by its rank."""
    pooled = torch.zeros(probs.shape[:2])
    cells = probs[0, 0].numel()
    weights = torch.tensor([decay**rank for rank in range(cells)])
    for clip in range(probs.shape[0]):
        for label in range(probs.shape[1]):
            ordered = probs[clip, label].flatten().sort(descending=True).values
            pooled[clip, label] = (ordered * weights).sum() / weights.sum()
    return pooled


def main() -> None:
    """Prints the speed relative to the loop."""
    pooling = GlobalWeightedRankPooling(0.999)
    probs = torch.rand(20, 4, 120, 64)
    assert torch.allclose(pooling(probs), naive(probs, 0.999), atol=1e-5)
    names = {"pooling": pooling, "naive": naive, "probs": probs}
    ours = benchmark.Timer("pooling(probs)", globals=names).blocked_autorange()
    loop = benchmark.Timer("naive(probs, 0.999)", globals=names).blocked_autorange()
    print(f"gwrp: {loop.median / ours.median:.1f} times the speed of a loop over clips and classes")


if __name__ == "__main__":
    main()
