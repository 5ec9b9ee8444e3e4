"""The declared properties of every pooling in `conf/pooling/`, and the limits of each."""

import functools
from collections.abc import Callable
from typing import Any, Literal

import pytest
import torch
from hydra import compose
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from wsed.config.compose import hydra_initialized
from wsed.config.groups import groups
from wsed.config.instantiate import instantiate
from wsed.pooling.attention import AttentionPooling
from wsed.pooling.auto import AutoPooling
from wsed.pooling.base import Pooling
from wsed.pooling.exp_softmax import ExponentialSoftmaxPooling
from wsed.pooling.fap import FrequencyDependentAutoPooling
from wsed.pooling.gap import GlobalAveragePooling
from wsed.pooling.gmp import GlobalMaxPooling
from wsed.pooling.gwrp import GlobalWeightedRankPooling
from wsed.pooling.linear_softmax import LinearSoftmaxPooling
from wsed.pooling.log_sum_exp import LogSumExpPooling
from wsed.pooling.noisy_or import NoisyOrPooling
from wsed.pooling.power import PowerPooling
from wsed.pooling.top_k import TopKPooling

BATCH, CLASSES, TIME, FREQ, CHANNELS = 2, 3, 7, 5, 4
READINGS: dict[str, dict[str, Any]] = {
    "fap, frames": {"reading": "frames"},
    "fap, cells": {"reading": "cells"},
    "fap, tied": {"tied": True},
    "attention, probs": {"look_at": "probs"},
    "attention, cell": {"axis": "cell"},
}
CHOICES = [*groups()["pooling"], *READINGS]
SHAPES = {"frames": (BATCH, CLASSES, TIME), "masks": (BATCH, CLASSES, TIME, FREQ)}


def prepared(pooling: Pooling, bands: int = FREQ, dtype: torch.dtype = torch.float64) -> Pooling:
    """With parameters for the sizes of this test, moved away from their initial values."""
    torch.manual_seed(0)
    pooling.prepare(CLASSES, bands, CHANNELS)
    for parameter in pooling.parameters():
        torch.nn.init.uniform_(parameter, 0.5, 3.0)
    return pooling.to(dtype)


@functools.cache
def described(choice: str) -> dict[str, Any]:
    # The choice alone: a whole config takes long, and this is done for all choices before any test runs.
    with hydra_initialized():
        pooling: dict[str, Any] = OmegaConf.to_container(compose(f"pooling/{choice}").pooling)  # type: ignore[assignment]
    return pooling


def chosen(choice: str, shape: str, dtype: torch.dtype = torch.float64) -> Pooling:
    pooling = instantiate({**described(choice.split(",")[0]), **READINGS.get(choice, {})})
    assert isinstance(pooling, Pooling)
    return prepared(pooling, FREQ if shape == "masks" else 1, dtype)


def cells(shape: str = "masks", seed: int = 0, batch: int = BATCH) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(batch, *SHAPES[shape][1:], generator=generator, dtype=torch.float64)


def embedding(shape: str = "masks", dtype: torch.dtype = torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(9)
    return torch.randn(BATCH, CHANNELS, *SHAPES[shape][2:], generator=generator, dtype=torch.float64).to(dtype)


def that_are(convex: bool | None = None, monotone: bool | None = None) -> pytest.MarkDecorator:
    """Parametrizes a test over the choices that declare a property, or that do not."""
    found = [
        choice
        for choice, pooling in ((choice, chosen(choice, "masks")) for choice in CHOICES)
        if convex in (None, pooling.convex) and monotone in (None, pooling.monotone)
    ]
    assert found
    return pytest.mark.parametrize("choice", found)


every = pytest.mark.parametrize("choice", CHOICES)
both = pytest.mark.parametrize("shape", SHAPES)


@every
@both
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), first=st.integers(1, TIME))
def test_clip_probabilities_are_probabilities(choice: str, shape: str, seed: int, first: int) -> None:
    valid = torch.arange(TIME).expand(BATCH, -1) < first
    pooled = chosen(choice, shape)(cells(shape, seed), embedding(shape), valid)
    assert pooled.shape == (BATCH, CLASSES)
    assert (pooled >= 0).all()
    assert (pooled <= 1 + 1e-9).all()


@that_are(convex=True)
@both
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), first=st.integers(1, TIME))
def test_a_convex_one_lies_between_its_valid_inputs(choice: str, shape: str, seed: int, first: int) -> None:
    probs = cells(shape, seed)
    valid = torch.arange(TIME).expand(BATCH, -1) < first
    pooled = chosen(choice, shape)(probs, embedding(shape), valid)
    inside = probs[:, :, :first].flatten(2)
    assert (pooled >= inside.amin(2) - 1e-9).all()
    assert (pooled <= inside.amax(2) + 1e-9).all()


@that_are(convex=True)
@both
@settings(max_examples=20, deadline=None)
@given(value=st.floats(0, 1))
def test_a_constant_is_a_fixed_point_of_a_convex_one(choice: str, shape: str, value: float) -> None:
    constant = torch.full(SHAPES[shape], value, dtype=torch.float64)
    torch.testing.assert_close(chosen(choice, shape)(constant, embedding(shape)), constant.flatten(2)[:, :, 0])


@that_are(convex=False)
@both
def test_one_that_is_not_convex_leaves_the_range_of_its_inputs(choice: str, shape: str) -> None:
    constant = torch.full(SHAPES[shape], 0.5, dtype=torch.float64)
    assert ((chosen(choice, shape)(constant, embedding(shape)) - 0.5).abs() > 0.01).all()


@every
@both
def test_order_matters_only_where_a_pooling_says_so(choice: str, shape: str) -> None:
    pooling, probs, given_ = chosen(choice, shape), cells(shape), embedding(shape)
    expected = pooling(probs, given_)
    generator = torch.Generator().manual_seed(1)
    times = torch.randperm(TIME, generator=generator)
    torch.testing.assert_close(pooling(probs[:, :, times], given_[:, :, times]), expected)
    if shape == "masks":
        bands = torch.randperm(FREQ, generator=generator)
        free = torch.allclose(pooling(probs[..., bands], given_[..., bands]), expected)
        assert free == pooling.permutation_invariant


@every
@both
def test_padding_changes_nothing(choice: str, shape: str) -> None:
    pooling, probs, given_ = chosen(choice, shape), cells(shape), embedding(shape)
    valid = torch.tensor([[True] * 5 + [False] * 2, [True] * 7])
    pooled = pooling(probs, given_, valid)
    torch.testing.assert_close(pooled[:1], pooling(probs[:1, :, :5], given_[:1, :, :5]))
    torch.testing.assert_close(pooled[1:], pooling(probs[1:], given_[1:]))


@every
@both
def test_clips_of_a_batch_do_not_touch_each_other(choice: str, shape: str) -> None:
    pooling, probs, given_ = chosen(choice, shape), cells(shape), embedding(shape)
    together = pooling(probs, given_)
    for clip in range(BATCH):
        torch.testing.assert_close(pooling(probs[clip : clip + 1], given_[clip : clip + 1]), together[clip : clip + 1])


@that_are(monotone=True)
@both
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), rise=st.floats(0, 1))
def test_raising_a_cell_never_lowers_a_monotone_one(choice: str, shape: str, seed: int, rise: float) -> None:
    pooling, probs = chosen(choice, shape), cells(shape, seed)
    higher = probs.clone().flatten(2)
    cell = seed % higher.shape[2]
    higher[:, :, cell] += rise * (1 - higher[:, :, cell])
    raised = pooling(higher.view_as(probs), embedding(shape))
    assert (raised >= pooling(probs, embedding(shape)) - 1e-9).all()


@that_are(monotone=False)
@both
def test_one_that_is_not_monotone_has_a_cell_whose_rise_lowers_it(choice: str, shape: str) -> None:
    pooling = chosen(choice, shape)
    for seed in range(500):
        generator = torch.Generator().manual_seed(seed)
        for parameter in pooling.parameters():
            torch.nn.init.uniform_(parameter, 0.0, 8.0, generator=generator)
        probs, higher = cells(shape, seed), cells(shape, seed).flatten(2)
        higher[:, :, seed % higher.shape[2]] += 0.1 * (1 - higher[:, :, seed % higher.shape[2]])
        if (pooling(higher.view_as(probs), embedding(shape)) < pooling(probs, embedding(shape)) - 1e-4).any():
            return
    pytest.fail("no rise of a cell lowers the result: the pooling seems to be monotone")


@every
@both
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("value", [0.0, 1.0, None])
@pytest.mark.parametrize("frames", [1, TIME])
@pytest.mark.parametrize("first", [1, None])
def test_value_and_gradient_are_finite(
    choice: str, shape: str, dtype: torch.dtype, value: float | None, frames: int, first: int | None
) -> None:
    pooling = chosen(choice, shape, dtype)
    probs = cells(shape)[:, :, :frames].to(dtype)
    if value is not None:
        probs = torch.full_like(probs, value)
    probs.requires_grad_()
    valid = None if first is None else torch.arange(frames).expand(BATCH, -1) < first
    pooled = pooling(probs, embedding(shape, dtype)[:, :, :frames], valid)
    assert pooled.dtype == dtype
    pooled.sum().backward()
    assert pooled.isfinite().all()
    for tensor in (probs, *(parameter for parameter in pooling.parameters() if parameter.requires_grad)):
        assert tensor.grad is not None
        assert tensor.grad.isfinite().all()


@every
@both
def test_gradients_agree_with_finite_differences(choice: str, shape: str) -> None:
    pooling, given_ = chosen(choice, shape), embedding(shape)
    assert torch.autograd.gradcheck(lambda probs: pooling(probs, given_), cells(shape).requires_grad_())


@every
@both
def test_frame_probabilities_are_weighted_means_over_frequency(choice: str, shape: str) -> None:
    pooling, probs = chosen(choice, shape), cells(shape)
    frames = pooling.frame_probs(probs)
    if shape == "frames":
        assert torch.equal(frames, probs)
        return
    weights = torch.full((BATCH, CLASSES, FREQ), 1 / FREQ, dtype=torch.float64)
    if isinstance(pooling, FrequencyDependentAutoPooling):
        if pooling.reading == "cells":
            exponentials = (pooling.a.expand(CLASSES, FREQ)[:, None] * probs).exp()
            weights = exponentials.sum(2) / exponentials.sum((2, 3))[..., None]
        else:
            weights = (pooling.v.exp() / pooling.v.exp().sum(1, keepdim=True)).expand(BATCH, -1, -1)
    torch.testing.assert_close(frames, torch.einsum("bkf,bktf->bkt", weights, probs))


@every
@both
def test_padding_does_not_change_the_frames_of_a_clip(choice: str, shape: str) -> None:
    pooling, probs = chosen(choice, shape), cells(shape)
    valid = torch.tensor([[True] * 5 + [False] * 2, [True] * 7])
    frames = pooling.frame_probs(probs, valid)
    torch.testing.assert_close(frames[:1, :, :5], pooling.frame_probs(probs[:1, :, :5]))
    torch.testing.assert_close(frames[1:], pooling.frame_probs(probs[1:]))


@every
def test_what_is_learnt_is_there_for_each_class(choice: str) -> None:
    pooling = chosen(choice, "masks")
    assert all(values.shape == (CLASSES,) for values in pooling.learnt().values())
    if "attention" not in choice:
        assert bool(pooling.learnt()) == bool(list(pooling.parameters()))


MEAN, LARGEST = GlobalAveragePooling(), GlobalMaxPooling()


def with_parameters(pooling: Pooling, value: float, bands: int = FREQ) -> Pooling:
    prepared(pooling, bands)
    for parameter in pooling.parameters():
        torch.nn.init.constant_(parameter, value)
    return pooling


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (lambda: GlobalWeightedRankPooling(0.0), LARGEST),
        (lambda: GlobalWeightedRankPooling(1.0), MEAN),
        (lambda: with_parameters(AutoPooling(0.0), 0.0), MEAN),
        (lambda: with_parameters(AutoPooling(0.0), 1.0), ExponentialSoftmaxPooling()),
        (lambda: with_parameters(AutoPooling(0.0), 1e4), LARGEST),
        (lambda: with_parameters(PowerPooling(1.0), 0.0), MEAN),
        (lambda: with_parameters(PowerPooling(1.0), 1.0), LinearSoftmaxPooling()),
        (lambda: with_parameters(PowerPooling(1.0), 1e4), LARGEST),
        (lambda: LogSumExpPooling(1e-6), MEAN),
        (lambda: LogSumExpPooling(1e6), LARGEST),
        (lambda: TopKPooling(1.0), MEAN),
        (lambda: TopKPooling(1e-4), LARGEST),
        (lambda: with_parameters(FrequencyDependentAutoPooling(), 0.0), MEAN),
        (lambda: with_parameters(FrequencyDependentAutoPooling("frames"), 0.0), MEAN),
        (lambda: with_parameters(FrequencyDependentAutoPooling("cells"), 0.0), MEAN),
        (lambda: with_parameters(FrequencyDependentAutoPooling("cells"), 1e4), LARGEST),
    ],
)
def test_limits(make: Callable[[], Pooling], limit: Pooling) -> None:
    torch.testing.assert_close(make()(cells()), limit(cells()), atol=1e-4, rtol=0)


def test_linear_softmax_is_the_sum_of_squares_over_the_sum() -> None:
    probs = cells("frames")
    torch.testing.assert_close(LinearSoftmaxPooling()(probs), probs.square().sum(2) / probs.sum(2))


def test_noisy_or_is_one_minus_the_product() -> None:
    probs = cells("frames")
    torch.testing.assert_close(NoisyOrPooling()(probs), 1 - (1 - probs).prod(2), atol=1e-6, rtol=0)


def test_top_k_is_the_mean_of_the_largest() -> None:
    probs = cells("frames")
    expected = probs.topk(3, 2).values.mean(2)
    torch.testing.assert_close(TopKPooling(0.4)(probs), expected)


@pytest.mark.parametrize("reading", ["bands", "frames", "cells"])
def test_fap_on_one_band_is_auto_pooling(reading: Literal["bands", "frames", "cells"]) -> None:
    fap, auto = FrequencyDependentAutoPooling(reading), AutoPooling(0.0)
    for pooling in (fap, auto):
        with_parameters(pooling, 3.0, bands=1)
    torch.testing.assert_close(fap(cells("frames")), auto(cells("frames")))


def test_fap_of_one_band_and_a_large_a_is_that_bands_largest() -> None:
    fap = with_parameters(FrequencyDependentAutoPooling(), 1e4)
    assert isinstance(fap, FrequencyDependentAutoPooling)
    with torch.no_grad():
        fap.v[:, :] = 0
        fap.v[:, 2] = 100
    torch.testing.assert_close(fap(cells()), cells()[..., 2].amax(2))
    torch.testing.assert_close(fap.frame_probs(cells()), cells()[..., 2])


def test_fap_of_a_mask_that_stays_is_its_frame_probability() -> None:
    fap = prepared(FrequencyDependentAutoPooling())
    still = cells()[:, :, :1].expand(SHAPES["masks"])
    torch.testing.assert_close(fap(still), fap.frame_probs(still)[:, :, 0])


@pytest.mark.parametrize("axis", ["class", "cell"])
def test_attention_of_equal_weights_is_the_mean(axis: str) -> None:
    pooling = prepared(AttentionPooling("embedding", axis))  # type: ignore[arg-type]  # one of its two
    still = embedding()[:, :, :1, :1].expand(-1, -1, TIME, FREQ)
    torch.testing.assert_close(pooling(cells(), still), MEAN(cells()))


def test_attention_looks_at_the_embedding() -> None:
    pooling = prepared(AttentionPooling("embedding", "cell"))
    with pytest.raises(ValueError, match="give it one"):
        pooling(cells())
    assert isinstance(pooling, AttentionPooling)
    with torch.no_grad():
        pooling.layer.weight[:] = 100.0
    marked = torch.zeros(BATCH, CHANNELS, TIME, FREQ, dtype=torch.float64)
    marked[:, :, 4, 1] = 1
    torch.testing.assert_close(pooling(cells(), marked), cells()[:, :, 4, 1])


@pytest.mark.parametrize("classes", [CLASSES])
@every
def test_parameters_survive_a_checkpoint(choice: str, classes: int) -> None:
    pooling, again = chosen(choice, "masks"), chosen(choice, "masks")
    for parameter in again.parameters():
        torch.nn.init.zeros_(parameter)
    again.load_state_dict(pooling.state_dict())
    assert torch.equal(again(cells(), embedding()), pooling(cells(), embedding()))
