"""Tuning finds parameters that were planted, for each class its own."""

import numpy as np
import pandas as pd

from wsed.metrics.event_based import event_counts
from wsed.metrics.outputs import Outputs
from wsed.postprocessing.thresholds import Thresholds
from wsed.postprocessing.tuned import Tuned, best_tag_thresholds

HOP, FRAMES, CLIPS = 0.1, 60, 12
LABELS = ("bell", "dog")
EVENT, REST = {"bell": 0.9, "dog": 0.35}, {"bell": 0.6, "dog": 0.1}
"""Scores inside and outside of events: a threshold that suits one class is wrong for the other."""


def made() -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Events of 1.5 s; the dog's scores drop out for a frame in the middle of each."""
    rng = np.random.default_rng(0)
    rows, scores = [], {}
    edges = np.arange(FRAMES + 1) * HOP
    for clip in range(CLIPS):
        table = pd.DataFrame({"onset": edges[:-1], "offset": edges[1:]})
        for label in LABELS:
            first = int(rng.integers(0, 40))
            values = np.full(FRAMES, REST[label])
            values[first : first + 15] = EVENT[label]
            if label == "dog":
                values[first + 7] = 0.0
            table[label] = values
            rows.append((f"{clip}.wav", edges[first], edges[first + 15], label))
        scores[f"{clip}.wav"] = table
    return pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"]), scores


def f1(post: Thresholds) -> dict[str, float]:
    reference, scores = made()
    counted = event_counts(reference, post.events(scores), LABELS, list(scores), 0.2, 0.2).scores("e")
    return {label: counted[f"e/class/{label}/f1"] for label in LABELS}


def test_every_class_gets_what_it_needs() -> None:
    reference, scores = made()
    tags = pd.DataFrame({"filename": scores.keys(), "bell": np.linspace(0, 1, CLIPS), "dog": 0.5})
    tuned = Tuned([0.5, 0.2, 0.7], [1.0], [0.0], [0.0, 0.1], [0.0], collar=0.2, offset_share=0.2)
    post = tuned.fit(Outputs(LABELS, list(scores), reference, tags=tags, scores=scores))
    assert post.threshold == {"bell": 0.7, "dog": 0.2}
    assert post.gap == {"bell": 0.0, "dog": 0.1}
    assert f1(post) == {"bell": 1, "dog": 1}
    plain = Thresholds(0.5, 1.0, 0.0, 0.0, 0.0, 0.5)
    assert f1(plain) == {"bell": 0, "dog": 0}


def test_a_tags_threshold_is_the_best_of_all() -> None:
    rng = np.random.default_rng(1)
    having = rng.uniform(size=40) < 0.4
    probs = np.round(np.clip(rng.normal(0.3 + 0.3 * having, 0.2), 0, 1), 2)
    names = [f"{clip}.wav" for clip in range(40)]
    reference = pd.DataFrame(
        [(name, 0.0, 1.0, "bell") for name, there in zip(names, having, strict=True) if there],
        columns=["filename", "onset", "offset", "event_label"],
    )
    threshold = best_tag_thresholds(reference, pd.DataFrame({"filename": names, "bell": probs}))["bell"]

    def score(at: float) -> float:
        said = probs > at
        return float(2 * (said & having).sum() / (said.sum() + having.sum()))

    assert score(threshold) == max(score(at) for at in np.linspace(-0.005, 1.005, 102))
