"""Clip-level scores against scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, label_ranking_average_precision_score, precision_score, recall_score

from wsed.metrics.clip_based import tag_counts, tag_ranking
from wsed.metrics.lwlrap import Lwlrap

LABELS = ("bell", "bark", "cry")


def tagged(seed: int, clips: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and tags of clips; every class is there, and some clip has none."""
    rng = np.random.default_rng(seed)
    weak = rng.integers(0, 2, (clips, 3)).astype(float)
    weak[0], weak[1] = 1, 0
    # Powers of two, so that a level is the same number in float32 and float64.
    return rng.integers(0, 32, (clips, 3)) / 32, weak


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), clips=st.integers(2, 60))
def test_f1_precision_and_recall_are_those_of_scikit_learn(seed: int, clips: int) -> None:
    probs, weak = tagged(seed, clips)
    thresholds = dict(zip(LABELS, (0.25, 0.5, 0.75), strict=True))
    found = tag_counts(LABELS, torch.from_numpy(probs), torch.from_numpy(weak), thresholds).scores("tagging")
    said = probs > np.array([0.25, 0.5, 0.75])
    for name, score in {"f1": f1_score, "precision": precision_score, "recall": recall_score}.items():
        for average in ("micro", "macro"):
            expected = score(weak, said, average=average, zero_division=0)
            assert found[f"tagging/{average}/{name}"] == pytest.approx(expected)
        for label, expected in zip(LABELS, score(weak, said, average=None, zero_division=0), strict=True):
            assert found[f"tagging/class/{label}/{name}"] == pytest.approx(expected)
    assert not any("rate" in name for name in found)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), clips=st.integers(2, 60))
def test_lwlrap_is_scikit_learns_weighted_by_labels(seed: int, clips: int) -> None:
    probs, weak = tagged(seed, clips)
    expected = label_ranking_average_precision_score(weak, probs, sample_weight=weak.sum(1))
    assert Lwlrap(probs, weak).scores("lwlrap")["lwlrap"] == pytest.approx(expected)


def test_lwlrap_of_repeated_clips() -> None:
    probs, weak = tagged(0, 10)
    times = np.arange(10) % 3
    repeated = Lwlrap(np.repeat(probs, times, 0), np.repeat(weak, times, 0)).scores("lwlrap")
    drawn = Lwlrap(probs, weak).scores("lwlrap", times[None].astype(float))
    assert float(drawn["lwlrap"][0]) == pytest.approx(repeated["lwlrap"])


def test_the_mean_is_over_classes_that_are_there() -> None:
    weak = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 1, 0]])
    probs = torch.tensor([[0.9, 0.8, 0.5], [0.1, 0.7, 0.5], [0.2, 0.1, 0.5]])
    found = tag_ranking(LABELS, probs, weak).scores("tagging")
    # The barks are second and third of three.
    expected = {"bell": 1.0, "bark": (1 / 2 + 2 / 3) / 2}
    assert found["tagging/class/bell/ap"] == 1
    assert found["tagging/class/bark/ap"] == pytest.approx(expected["bark"])
    assert found["tagging/map"] == pytest.approx((expected["bell"] + expected["bark"]) / 2)
    assert not any("cry" in name for name in found)


def test_a_ranking_upside_down_is_the_worst() -> None:
    weak = torch.tensor([[1.0], [0], [0], [0]])
    found = tag_ranking(["bell"], 1 - weak, weak).scores("tagging")
    assert found["tagging/map"] == 0.25
    assert found["tagging/auroc"] == 0
