"""Average precision against scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from wsed.metrics.tagging import average_precision, tagging_scores


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), items=st.integers(2, 60), levels=st.integers(2, 20))
def test_average_precision_agrees_with_scikit_learn_even_where_items_tie(seed: int, items: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    target = rng.integers(0, 2, (items, 1))
    target[0] = 1
    # A power of two, so that a level is the same number in float32 and float64.
    probs = rng.integers(0, levels, (items, 1)) / 32
    found = average_precision(torch.from_numpy(probs).float(), torch.from_numpy(target).float(), ["bell"])
    assert found["bell"] == pytest.approx(average_precision_score(target, probs), abs=1e-5)


def test_the_mean_is_over_classes_that_are_there() -> None:
    weak = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 1, 0]])
    probs = torch.tensor([[0.9, 0.8, 0.5], [0.1, 0.7, 0.5], [0.2, 0.1, 0.5]])
    found = tagging_scores(probs, weak, ["bell", "bark", "cry"])
    # The barks are second and third of three.
    expected = {"bell": 1.0, "bark": (1 / 2 + 2 / 3) / 2}
    assert {name: round(value, 6) for name, value in found.items()} == {
        "tagging/map": round((expected["bell"] + expected["bark"]) / 2, 6),
        "tagging/class/bell/ap": 1.0,
        "tagging/class/bark/ap": round(expected["bark"], 6),
    }


def test_a_ranking_upside_down_is_the_worst() -> None:
    weak = torch.tensor([[1.0], [0], [0], [0]])
    assert tagging_scores(1 - weak, weak, ["bell"])["tagging/map"] == 0.25
