"""Bootstrapped confidence: how much scores change when other clips had been drawn."""

from collections.abc import Iterator, Mapping

import numpy as np

from wsed.metrics.counts import Array


def resample(clips: int, draws: int, seed: int) -> Array:
    """How often each clip is in each draw of as many clips with replacement: `(draw, clip)`."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(clips, np.full(clips, 1 / clips), draws).astype(float)


def intervals(draws: Mapping[str, Array]) -> Iterator[tuple[str, tuple[float, float]]]:
    """The middle 95 % of each score's draws, under `NAME/ci95`; draws without a value are left out."""
    for name, values in draws.items():
        known = values[~np.isnan(values)]
        if len(known):
            low, high = np.percentile(known, [2.5, 97.5])
            yield f"{name}/ci95", (float(low), float(high))
