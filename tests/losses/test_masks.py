"""Losses on masks: Dice against a loop over pairs, and which classes they touch."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.losses.segment import SegmentLoss
from wsed.losses.silent import SilentLoss
from wsed.prediction import Prediction, Target


def of(masks: torch.Tensor, clip_probs: torch.Tensor | None = None) -> Prediction:
    """Predictions of masks `(batch, class, time, freq)`."""
    return Prediction(masks.amax((2, 3)) if clip_probs is None else clip_probs, masks.mean(3), masks)


def tagged(*rows: list[int]) -> Target:
    return Target(torch.tensor(rows).float(), torch.zeros(len(rows)))


def naive_segment(masks: torch.Tensor, chosen: list[list[int]]) -> float:
    """One pair of one clip after the other."""
    total = 0.0
    for clip, classes in enumerate(chosen):
        for one, other in itertools.combinations(classes, 2):
            a, b = masks[clip, one], masks[clip, other]
            total += float(2 * (a * b).sum() / (a.sum() + b.sum() + 1e-7))
    return total / len(chosen)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), classes=st.integers(1, 6), k=st.integers(1, 8))
def test_they_equal_loops_over_pairs_and_classes(seed: int, classes: int, k: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    masks = torch.rand(3, classes, 4, 5, generator=generator, dtype=torch.float64)
    probs = torch.rand(3, classes, generator=generator, dtype=torch.float64)
    weak = torch.randint(0, 2, (3, classes), generator=generator)
    target = Target(weak.float(), torch.zeros(3))
    by_label = [[index for index in range(classes) if row[index]] for row in weak.tolist()]
    by_top = [sorted(range(classes), key=lambda index: -row[index])[:k] for row in probs.tolist()]
    for select, chosen in (("label", by_label), ("top", by_top)):
        prediction = of(masks, probs)
        segment = SegmentLoss(select, k)(prediction, target)  # type: ignore[arg-type]  # one of its two
        assert float(segment) == pytest.approx(naive_segment(masks, chosen), abs=1e-9)
        silent = SilentLoss(select, k)(prediction, target)  # type: ignore[arg-type]
        expected = sum(
            float(masks[clip, index].mean())
            for clip, active in enumerate(chosen)
            for index in range(classes)
            if index not in active
        )
        assert float(silent) == pytest.approx(expected / 3, abs=1e-9)


def test_dice_of_masks_that_are_the_same_apart_and_constant() -> None:
    left, right = torch.zeros(4, 5), torch.zeros(4, 5)
    left[:2], right[2:] = 1, 1
    loss = SegmentLoss("label", 0)
    for first, second, dice in ((left, left, 1.0), (left, right, 0.0), (left * 0 + 0.3, left * 0 + 0.3, 0.3)):
        masks = torch.stack([first, second])[None]
        assert float(loss(of(masks), tagged([1, 1]))) == pytest.approx(dice, abs=1e-6)


def test_with_squares_any_mask_overlaps_itself_by_one() -> None:
    mask = torch.rand(4, 5, generator=torch.Generator().manual_seed(0))
    half = torch.full((4, 5), 0.5)
    loss = SegmentLoss("label", 0, squared=True)
    for first, second in ((mask, mask), (half, mask)):
        expected = 2 * (first * second).sum() / (first.square().sum() + second.square().sum())
        assert float(loss(of(torch.stack([first, second])[None]), tagged([1, 1]))) == pytest.approx(float(expected))
    assert float(loss(of(torch.stack([mask, mask])[None]), tagged([1, 1]))) == pytest.approx(1)


def test_fewer_than_two_active_classes_cost_nothing() -> None:
    masks = torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    assert float(SegmentLoss("label", 0)(of(masks), tagged([0, 1, 0], [0, 0, 0]))) == 0
    assert float(SilentLoss("label", 0)(of(masks), tagged([1, 1, 1], [1, 1, 1]))) == 0


def test_each_touches_its_own_classes_only() -> None:
    masks = torch.rand(1, 4, 4, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    target = tagged([1, 0, 1, 0])
    SegmentLoss("label", 0)(of(masks), target).backward()
    assert masks.grad is not None
    assert masks.grad.abs().sum((0, 2, 3)).gt(0).tolist() == [True, False, True, False]
    masks.grad = None
    SilentLoss("label", 0)(of(masks), target).backward()
    assert masks.grad is not None
    assert masks.grad.abs().sum((0, 2, 3)).gt(0).tolist() == [False, True, False, True]


def test_a_selection_is_not_trained_through() -> None:
    masks = torch.rand(1, 4, 4, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    probs = torch.rand(1, 4, generator=torch.Generator().manual_seed(1)).requires_grad_()
    prediction = of(masks, probs)
    (SegmentLoss("top", 2)(prediction, tagged([0] * 4)) + SilentLoss("top", 2)(prediction, tagged([0] * 4))).backward()
    assert masks.grad is not None
    assert probs.grad is None


def test_without_masks_they_look_at_frames() -> None:
    frames = torch.rand(2, 3, 6, generator=torch.Generator().manual_seed(0))
    prediction, target = Prediction(frames.amax(2), frames), tagged([1, 1, 0], [1, 0, 1])
    masks = of(frames[..., None], frames.amax(2))
    for loss in (SegmentLoss("label", 0), SilentLoss("label", 0)):
        torch.testing.assert_close(loss(prediction, target), loss(masks, target))


def test_500_classes_are_one_product() -> None:
    masks = torch.rand(1, 500, 311, 8, generator=torch.Generator().manual_seed(0))
    loss = SegmentLoss("label", 0)(of(masks), Target(torch.ones(1, 500), torch.zeros(1)))
    # Even masks have a Dice of about a half; there are 124,750 pairs.
    assert float(loss) == pytest.approx(124_750 / 2, rel=0.01)


ONE_CLASS, TWO_CLASSES = [{"a"}, set(), {"b"}], [{"a"}, {"a", "b"}]
"""Tags of clips."""


def test_segments_of_one_class_are_compared_with_nothing() -> None:
    by_label = SegmentLoss(select="label", k=3)
    assert by_label.idle_reason(TWO_CLASSES, 2) is None
    assert by_label.idle_reason(ONE_CLASS, 2) == "no training clip has two classes"
    assert by_label.idle_reason(TWO_CLASSES, 1) == "there is only one event class"
    assert SegmentLoss(select="top", k=2).idle_reason(ONE_CLASS, 2) is None
    assert SegmentLoss(select="top", k=1).idle_reason(TWO_CLASSES, 2) == "it selects only one class, since k is 1"


def test_a_clip_with_all_classes_has_no_silent_one() -> None:
    by_label = SilentLoss(select="label", k=3)
    assert by_label.idle_reason(ONE_CLASS, 2) is None
    assert by_label.idle_reason([{"a", "b"}, {"b", "a"}], 2) == "every training clip has all classes"
    assert SilentLoss(select="top", k=1).idle_reason(TWO_CLASSES, 2) is None
    assert SilentLoss(select="top", k=2).idle_reason(TWO_CLASSES, 2) == "it selects all classes, since k is 2"
