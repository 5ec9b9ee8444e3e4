"""Dropout against what it promises, in numbers of cells."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.networks.dropout import Dropout


@settings(max_examples=25, deadline=None)
@given(probability=st.floats(0, 0.95), seed=st.integers(0, 2**31), channels_last=st.booleans())
def test_share_of_dropped_cells_and_the_value_of_the_others(probability: float, seed: int, channels_last: bool) -> None:
    torch.manual_seed(seed)
    cells = torch.ones(3, 7, 31, 29)
    if channels_last:
        cells = cells.to(memory_format=torch.channels_last)
    out = Dropout(probability)(cells)
    assert out.shape == cells.shape
    kept = out != 0
    # Six standard deviations of a binomial, and the rounding of the probability.
    slack = 6 * (probability * (1 - probability) / cells.numel()) ** 0.5 + 2**-16
    assert abs(float((~kept).float().mean()) - probability) <= slack
    torch.testing.assert_close(out[kept], torch.full_like(out[kept], 1 / (1 - probability)), rtol=1e-3, atol=0)


def test_every_cell_is_drawn_on_its_own() -> None:
    torch.manual_seed(0)
    kept = (Dropout(0.5)(torch.ones(4096, 63)) != 0).double()
    # Of 63 cells a row any two agree half the time; four of them share one random word.
    correlation = torch.corrcoef(kept.T) - torch.eye(63)
    assert float(correlation.abs().max()) < 6 / 4096**0.5


def test_gradient_passes_where_cells_do() -> None:
    cells = torch.full((5, 11), 2.0, requires_grad=True)
    out = Dropout(0.3)(cells)
    out.sum().backward()
    assert cells.grad is not None
    torch.testing.assert_close(cells.grad, out.detach() / 2)


def test_half_precision_stays_half() -> None:
    cells = torch.ones(1000, dtype=torch.bfloat16)
    assert Dropout(0.3)(cells).dtype == torch.bfloat16


def test_one_seed_gives_one_pattern() -> None:
    cells = torch.ones(2, 3, 5, 7)
    torch.manual_seed(3)
    first = Dropout(0.5)(cells)
    assert not torch.equal(first, Dropout(0.5)(cells))
    torch.manual_seed(3)
    assert torch.equal(first, Dropout(0.5)(cells))


def test_nothing_is_dropped_after_training() -> None:
    cells = torch.ones(4, 4)
    assert Dropout(0.5).eval()(cells) is cells


@pytest.mark.parametrize("probability", [-0.1, 1.0])
def test_a_probability_out_of_range_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        Dropout(probability)
