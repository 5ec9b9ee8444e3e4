import itertools
import math

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from wsed.inference.windows import CrossFade, Window, WindowCutter


def cut(samples: Tensor, cutter: WindowCutter, sizes: list[int]) -> list[Window]:
    windows, start = [], 0
    for size in [*sizes, len(samples)]:
        windows += cutter.push(samples[start : start + size])
        start += size
    return [*windows, *cutter.finish()]


@settings(deadline=None)
@given(
    samples=st.integers(1, 800),
    frames=st.integers(1, 20),
    overlap=st.floats(0, 0.5),
    hop=st.integers(1, 9),
    more=st.integers(0, 9),
    sizes=st.lists(st.integers(0, 90), max_size=30),
)
def test_windows_cover_every_frame_and_hold_its_samples(
    samples: int, frames: int, overlap: float, hop: int, more: int, sizes: list[int]
) -> None:
    size, stride = hop + more, max(1, round(frames * (1 - overlap)))
    recording = torch.arange(1.0, samples + 1)
    windows = cut(recording, WindowCutter(frames, stride, hop, size), sizes)
    total = max(1, (samples - size) // hop + 1)
    covered = torch.zeros(total)
    for window in windows:
        count = (len(window.samples) - size) // hop + 1
        assert count == min(frames, total)
        whole = functional.pad(recording, (0, max(0, size - samples)))
        assert torch.equal(window.samples, whole[window.first * hop :][: len(window.samples)])
        covered[window.first : window.first + count] += 1
    assert (covered > 0).all()
    starts = [window.first for window in windows]
    assert all(0 < after - before <= stride for before, after in itertools.pairwise(starts))


@settings(deadline=None)
@given(
    total=st.integers(1, 200),
    frames=st.integers(1, 30),
    overlap=st.floats(0, 0.5),
    reach=st.integers(0, 4),
    seed=st.integers(0, 99),
    known=st.booleans(),
)
def test_a_cross_fade_leaves_no_trace_where_windows_are_wrong_only_within_reach_of_their_edges(
    total: int, frames: int, overlap: float, reach: int, seed: int, known: bool
) -> None:
    stride = max(1, math.ceil(frames * (1 - overlap)))
    truth = torch.rand(3, total, generator=torch.Generator().manual_seed(seed))
    fade = CrossFade(frames, stride, reach)
    count = min(frames, total)
    starts = [*range(0, total - count, stride), total - count]
    parts = []
    for start in starts:
        values = truth[:, start : start + count].clone()
        # What a network with zero padding would see otherwise, except at the ends of the recording.
        if start > 0:
            values[:, :reach] = 1.0
        if start + count < total:
            values[:, count - reach :] = 1.0
        # Whether a window that is in its regular place ends the recording is not known when it is added.
        shifted = start % stride > 0 or count < frames
        parts.append(fade.add(start, values, last=start + count == total and (shifted or known)))
    joined = torch.cat([*parts, fade.finish()], 1)
    assert joined.shape == truth.shape
    if frames - stride > 2 * reach:
        torch.testing.assert_close(joined, truth, rtol=1e-6, atol=1e-5)


def test_weights_change_evenly_between_two_windows() -> None:
    fade = CrossFade(8, 4, 0)
    fade.add(0, torch.zeros(8))
    joined = torch.cat([fade.add(4, torch.ones(8)), fade.finish()])
    torch.testing.assert_close(joined, torch.tensor([0, 0, 0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1]), atol=1e-7, rtol=0)
