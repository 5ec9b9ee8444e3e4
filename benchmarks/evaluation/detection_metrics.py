"""All detection metrics with 1,000 bootstrap draws, compared with two of them by sed_eval alone."""

import time

import numpy as np
import pandas as pd

from wsed.evaluation.evaluator import Evaluator
from wsed.metrics.clip_based import ClipBased
from wsed.metrics.event_based import EventBased, event_counts
from wsed.metrics.frame_based import FrameBased
from wsed.metrics.intersection_based import IntersectionBased
from wsed.metrics.outputs import Outputs
from wsed.metrics.psds import SCENARIO1, SCENARIO2
from wsed.metrics.segment_based import SegmentBased, segment_counts
from wsed.postprocessing.thresholds import Thresholds

LABELS = [f"class{index}" for index in range(10)]
CLIPS, FRAMES, HOP = 1168, 156, 0.064
"""The size of DESED validation."""
METRICS = [ClipBased(), FrameBased(), EventBased(), SegmentBased(), IntersectionBased(), SCENARIO1, SCENARIO2]


def make_predictions() -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """A reference with three events per clip on average, and noisy scores that depend on it."""
    rng = np.random.default_rng(0)
    edges = np.arange(FRAMES + 1) * HOP
    rows, scores = [], {}
    for clip in range(CLIPS):
        values = rng.normal(-2, 1, (FRAMES, len(LABELS)))
        for label in rng.choice(len(LABELS), rng.integers(1, 6), replace=False):
            first = int(rng.integers(0, FRAMES - 20))
            last = first + int(rng.integers(5, 20))
            values[first:last, label] += rng.normal(2.5, 1)
            rows.append((f"{clip}.wav", edges[first], edges[last], LABELS[label]))
        smooth = np.apply_along_axis(np.convolve, 0, values, np.ones(7) / 7, "same")
        table = pd.DataFrame(1 / (1 + np.exp(-smooth)), columns=LABELS)
        table.insert(0, "onset", edges[:-1])
        table.insert(1, "offset", edges[1:])
        scores[f"{clip}.wav"] = table
    return pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"]), scores


def main() -> None:
    """Prints both times and their ratio."""
    reference, scores = make_predictions()
    filenames = list(scores)
    tags = pd.DataFrame(
        {"filename": filenames, **{label: [scores[name][label].max() for name in filenames] for label in LABELS}}
    )
    events = Thresholds(0.5, 1.0, 0.5, 0.2, 0.1, 0.5).events(scores)
    started = time.perf_counter()
    durations = dict.fromkeys(filenames, FRAMES * HOP)
    thresholds = dict.fromkeys(LABELS, 0.5)
    outputs = Outputs(tuple(LABELS), filenames, reference, durations, tags, thresholds, scores, events)
    found = Evaluator(METRICS).evaluate(outputs).results
    whole = time.perf_counter() - started
    started = time.perf_counter()
    event_counts(reference, events, LABELS, filenames, 0.2, 0.2)
    segment_counts(reference, events, LABELS, filenames, 1.0)
    alone = time.perf_counter() - started
    print(
        f"evaluation: {len(found)} scores and intervals of {CLIPS} clips in {whole:.0f} s, "
        f"{whole / alone:.0f} times as long as sed_eval alone takes for two metrics ({alone:.1f} s)"
    )


if __name__ == "__main__":
    main()
