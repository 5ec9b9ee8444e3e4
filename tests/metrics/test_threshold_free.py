"""Rankings against scikit-learn, and their draws against rankings of the drawn clips."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score
from torchmetrics.functional.classification import binary_auroc, binary_average_precision, binary_eer

from wsed.metrics import threshold_free
from wsed.metrics.ranking_curve import RankingCurve
from wsed.metrics.threshold_free import Ranking

FUNCTIONS = ("ap", "auroc", "eer")


def made(seed: int, items: int, levels: int, clips: int = 4) -> Ranking:
    """Items of two classes, many of them tied, both sides there in each class."""
    rng = np.random.default_rng(seed)
    target = rng.integers(0, 2, (items, 2))
    target[:2] = [[0, 1], [1, 0]]
    # A power of two, so that a level is the same number in float32 and float64.
    probs = rng.integers(0, levels, (items, 2)) / 1024
    clip = rng.integers(0, clips, items)
    return Ranking(
        ("a", "b"), torch.from_numpy(probs).float(), torch.from_numpy(target), torch.from_numpy(clip), FUNCTIONS
    )


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), items=st.integers(2, 60), levels=st.integers(2, 1024))
def test_they_agree_with_scikit_learn_even_where_items_tie(seed: int, items: int, levels: int) -> None:
    given_ = made(seed, items, levels)
    found = given_.scores("x")
    probs, target = given_.probs.T, given_.target.T
    for name, score in {"ap": average_precision_score, "auroc": roc_auc_score}.items():
        for index, label in enumerate("ab"):
            expected = score(target[:, index], probs[:, index])
            assert found[f"x/class/{label}/{name}"] == pytest.approx(expected, abs=1e-5)
        assert found[f"x/micro/{name}"] == pytest.approx(score(target.ravel(), probs.ravel()), abs=1e-5)
    assert found["x/map"] == pytest.approx((found["x/class/a/ap"] + found["x/class/b/ap"]) / 2)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), items=st.integers(2, 5000), levels=st.sampled_from([2, 1024, 2**24]))
def test_they_are_those_of_torchmetrics_to_the_last_digit(seed: int, items: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    probs = (rng.integers(0, levels + 1, items) / levels).astype(np.float32)
    target = rng.uniform(size=items) < rng.uniform()
    target[:2] = [True, False]
    curve = RankingCurve.of(probs, target)
    theirs = torch.from_numpy(probs), torch.from_numpy(target).long()
    assert curve.ap == float(binary_average_precision(*theirs))
    assert curve.auroc == float(binary_auroc(*theirs))
    assert curve.eer == float(binary_eer(*theirs))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), items=st.integers(2, 60), times=st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_a_draw_is_the_ranking_of_the_clips_drawn(seed: int, items: int, times: list[int]) -> None:
    whole = made(seed, items, 1024)
    chosen = np.concatenate([np.tile(np.flatnonzero(whole.clip == clip), number) for clip, number in enumerate(times)])
    drawn = whole.scores("x", np.array([times], dtype=float))
    items_ = (torch.from_numpy(part) for part in (whole.probs.T[chosen], whole.target.T[chosen], whole.clip[chosen]))
    part = Ranking(whole.labels, *items_, FUNCTIONS)
    for index, label in enumerate("ab"):
        truth = part.target[index]
        if truth.any() and not truth.all():
            expected = part.scores("x")
            for name in ("ap", "auroc"):
                assert float(drawn[f"x/class/{label}/{name}"][0]) == pytest.approx(
                    expected[f"x/class/{label}/{name}"], abs=1e-5
                )
            error = float(drawn[f"x/class/{label}/eer"][0])
            assert any(error == pytest.approx(one) for one in equal_errors(part.probs[index], truth))
        elif not truth.any():
            assert np.isnan(drawn[f"x/class/{label}/ap"][0])


def equal_errors(probs: np.ndarray, truth: np.ndarray) -> list[float]:
    """The mean of both errors at each threshold at which they are closest; there may be several."""
    rates = []
    for threshold in [*np.unique(probs), np.inf]:
        said = probs >= threshold
        rates.append(((said & ~truth).sum() / (~truth).sum(), (~said & truth).sum() / truth.sum()))
    closest = min(abs(alarms - misses) for alarms, misses in rates)
    return [(alarms + misses) / 2 for alarms, misses in rates if abs(alarms - misses) < closest + 1e-9]


def test_few_thresholds_come_close_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    target = rng.uniform(size=(20_000, 1)) < 0.2
    probs = 1 / (1 + np.exp(-rng.normal(1.5 * target - 1)))
    clip = torch.arange(20_000) // 100
    given_ = Ranking(("a",), torch.from_numpy(probs).float(), torch.from_numpy(target), clip, FUNCTIONS)
    monkeypatch.setattr(threshold_free, "STEPS", 300)
    drawn, exact = given_.scores("x", np.ones((1, 200))), given_.scores("x")
    for name, value in exact.items():
        assert float(drawn[name][0]) == pytest.approx(value, abs=0.003)
