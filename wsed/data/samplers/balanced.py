"""The sampler that draws rare classes nearly as often as common ones."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from wsed.checks.ranges import Count, Few
from wsed.data.datasets.base import ClipDataset

Item = TypeVar("Item")


class Balanced:
    """Mini-batch balancing (Xu 2018, section 4): the most frequent class is drawn at most `ratio` times as often as the
    least frequent one.

    Each class of n clips has the weight `min(ratio, 1 + n // step)`; 5 and 1000 are the values of the published code.
    Classes are drawn from one shuffled list after another, in which each class occurs as often as its weight. Clips are
    drawn from shuffled lists of their class. A clip with several classes keeps all of its tags and is drawn for each of
    them; clips without tags form a separate class. All batches are full. An epoch has as many clips as the dataset, but
    some clips may be drawn twice and others not at all.

    Args:
        ratio: at least 1; 1 draws all classes equally often.
        step: at least 1; the number of clips by which the weight of a class grows by one.

    Raises:
        ValueError: an argument is below 1.
    """

    def __init__(self, ratio: Few, step: Count) -> None:
        if ratio < 1:
            raise ValueError(f"ratio is {ratio}; it must be 1 or more")
        if step < 1:
            raise ValueError(f"step is {step}; it must be 1 or more")
        self.ratio = ratio
        self.step = step

    def batches(self, dataset: ClipDataset, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
        """See `wsed.data.samplers.base.ClipSampler`."""
        members: dict[str, list[int]] = {}
        for index, tags in enumerate(dataset.tags(epoch)):
            for label in tags or {""}:
                members.setdefault(label, []).append(index)
        labels = sorted(members)
        weights = self.weights({label: len(members[label]) for label in labels})
        rng = np.random.default_rng([seed, epoch])
        classes = _endless([label for label in labels for _ in range(weights[label])], rng)
        clips = {label: _endless(members[label], rng) for label in labels}
        count = -(-len(dataset) // batch_size)
        return [[next(clips[next(classes)]) for _ in range(batch_size)] for _ in range(count)]

    def weights(self, counts: dict[str, int]) -> Counter[str]:
        """The weight of each class, from its number of clips."""
        return Counter({label: min(self.ratio, 1 + count // self.step) for label, count in counts.items()})


def _endless(items: Sequence[Item], rng: np.random.Generator) -> Iterator[Item]:
    """All items in random order, again and again, in a new order each time."""
    while True:
        yield from (items[place] for place in rng.permutation(len(items)))
