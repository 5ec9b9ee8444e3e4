"""Training clips with rare classes as often as common ones, or nearly so."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from wsed.data.datasets.base import ClipDataset

Item = TypeVar("Item")


class Balanced:
    """Mini-batch balancing (Xu 2018, section 4): in a batch the most frequent class is drawn at most `ratio` times as
    often as the least frequent one.

    Classes are drawn from shuffled lists in which each stands as often as its weight says, one list after another, and
    clips from shuffled lists of each class. A class of n clips has the weight `min(ratio, 1 + n // step)`, which with 5
    and 1000 are those of the published code. A clip of several classes keeps all of its tags and is drawn for each of
    them; clips without any are drawn as a class of their own. All batches are full, and as many as it takes to draw as
    many clips as there are; common classes' clips are then not all drawn in an epoch, and each epoch draws anew.

    Args:
        ratio: 1 or more; 1 draws all classes equally often.
        step: clips for which a class's weight grows by one, 1 or more.
    """

    def __init__(self, ratio: int, step: int) -> None:
        if ratio < 1:
            raise ValueError(f"ratio is {ratio}; it must be 1 or more")
        if step < 1:
            raise ValueError(f"step is {step}; it must be 1 or more")
        self.ratio = ratio
        self.step = step

    def batches(self, clips: ClipDataset, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
        """See `wsed.data.samplers.base.ClipSampler`."""
        members: dict[str, list[int]] = {}
        for index, tags in enumerate(clips.tags(epoch)):
            for label in tags or {""}:
                members.setdefault(label, []).append(index)
        labels = sorted(members)
        weights = self.weights({label: len(members[label]) for label in labels})
        rng = np.random.default_rng([seed, epoch])
        classes = _endless([label for label in labels for _ in range(weights[label])], rng)
        drawn = {label: _endless(members[label], rng) for label in labels}
        count = -(-len(clips) // batch_size)
        return [[next(drawn[next(classes)]) for _ in range(batch_size)] for _ in range(count)]

    def weights(self, counts: dict[str, int]) -> Counter[str]:
        """How often each class stands in a list, from how many clips it has."""
        return Counter({label: min(self.ratio, 1 + count // self.step) for label, count in counts.items()})


def _endless(items: Sequence[Item], rng: np.random.Generator) -> Iterator[Item]:
    """All items shuffled, and again when they are through."""
    while True:
        yield from (items[place] for place in rng.permutation(len(items)))
