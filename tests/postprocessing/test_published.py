"""The smoothing of events in the published code, against a plain reading of its rules frame by frame."""

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from wsed.config import composed
from wsed.config.instantiate import instantiate
from wsed.postprocessing.base import Postprocessing

Runs = list[tuple[int, int]]
"""The first frame of each run, and the frame after its last."""


def runs_above(scores: NDArray[np.float64], threshold: float) -> Runs:
    runs: Runs = []
    for frame, score in enumerate(scores):
        if score <= threshold:
            continue
        if runs and runs[-1][1] == frame:
            runs[-1] = (runs[-1][0], frame + 1)
        else:
            runs.append((frame, frame + 1))
    return runs


def closed(runs: Runs, longest_gap: int) -> Runs:
    joined: Runs = []
    for start, end in runs:
        if joined and start - joined[-1][1] <= longest_gap:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def extended(runs: Runs, scores: NDArray[np.float64], low: float) -> Runs:
    """Extends each run both ways while scores are at least `low`."""
    found: Runs = []
    for start, end in runs:
        while start > 0 and scores[start - 1] >= low:
            start -= 1
        while end < len(scores) and scores[end] >= low:
            end += 1
        found.append((start, end))
    return closed(found, 0)


def kong_2019(scores: NDArray[np.float64]) -> Runs:
    """Hysteresis of 0.2 and 0.1; gaps of up to 10 frames are closed, events of up to 10 dropped."""
    runs = closed(extended(runs_above(scores, 0.2), scores, 0.1), 10)
    return [(start, end) for start, end in runs if end - start > 10]


def xu_2018(scores: NDArray[np.float64]) -> Runs:
    """A threshold of 0.3; gaps of up to 9 frames are closed, events of up to 10 dropped."""
    return [(start, end) for start, end in closed(runs_above(scores, 0.3), 9) if end - start > 10]


@pytest.mark.parametrize(
    ("name", "rule", "hop", "frames"), [("vgg_gwrp", kong_2019, 0.032, 311), ("gated_crnn", xu_2018, 0.0415, 240)]
)
def test_events_are_those_of_the_published_rule(
    name: str, rule: Callable[[NDArray[np.float64]], Runs], hop: float, frames: int
) -> None:
    post = instantiate(composed(f"postprocessing={name}")["postprocessing"])
    assert isinstance(post, Postprocessing)
    generator = np.random.default_rng(0)
    times = np.arange(frames + 1) * hop
    lengths, gaps = set(), set()
    for _ in range(400):
        # Runs and gaps around ten frames, with values on either side of each threshold.
        steps = generator.integers(1, 16, 2 * frames)
        scores = np.repeat(generator.choice([0.02, 0.15, 0.25, 0.6], 2 * frames), steps)[:frames]
        table = pd.DataFrame({"onset": times[:-1], "offset": times[1:], "dog": scores})
        found = post.events({"a": table}).dropna()
        expected = rule(scores)
        lengths |= {end - start for start, end in expected}
        gaps |= {after[0] - before[1] for before, after in itertools.pairwise(expected)}
        assert found["onset"].to_numpy(float) / hop == pytest.approx([start for start, _ in expected], abs=1e-6)
        assert found["offset"].to_numpy(float) / hop == pytest.approx([end for _, end in expected], abs=1e-6)
    # The shortest event and gap that the rules keep both occur.
    assert min(lengths) == 11
    assert min(gaps) == {"vgg_gwrp": 11, "gated_crnn": 10}[name]
