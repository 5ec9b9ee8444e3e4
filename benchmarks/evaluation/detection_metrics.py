"""All detection metrics with 1,000 bootstrap draws, compared with two of them by sed_eval alone, and with psds_eval."""

import contextlib
import importlib.util
import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import pandas as pd
from sed_eval.sound_event import EventBasedMetrics, SegmentBasedMetrics

from benchmarks.figure import Figure, not_here
from benchmarks.settings import Settings
from benchmarks.timing import seconds
from wsed.evaluation.evaluator import Evaluation, Evaluator
from wsed.metrics.clip_based import ClipBased
from wsed.metrics.event_based import EventBased
from wsed.metrics.frame_based import FrameBased
from wsed.metrics.intersection_based import IntersectionBased
from wsed.metrics.outputs import Outputs
from wsed.metrics.psds import SCENARIO1, SCENARIO2
from wsed.metrics.sed_eval_counts import count
from wsed.metrics.segment_based import SegmentBased
from wsed.postprocessing.thresholds import Thresholds

CLIPS, CLASSES, FRAMES, HOP = 1168, 10, 156, 0.064
"""The size of DESED validation."""
METRICS = [ClipBased(), FrameBased(), EventBased(), SegmentBased(), IntersectionBased(), SCENARIO1, SCENARIO2]


def make_outputs(clips: int, classes: int) -> Outputs:
    """A reference with three events per clip on average, and noisy scores that depend on it."""
    rng = np.random.default_rng(0)
    labels = [f"class{index}" for index in range(classes)]
    edges = np.arange(FRAMES + 1) * HOP
    rows, scores = [], {}
    for clip in range(clips):
        values = rng.normal(-2, 1, (FRAMES, classes))
        for label in rng.choice(classes, rng.integers(1, min(6, classes + 1)), replace=False):
            first = int(rng.integers(0, FRAMES - 20))
            last = first + int(rng.integers(5, 20))
            values[first:last, label] += rng.normal(2.5, 1)
            rows.append((f"{clip}.wav", edges[first], edges[last], labels[label]))
        smooth = np.apply_along_axis(np.convolve, 0, values, np.ones(7) / 7, "same")
        table = pd.DataFrame(1 / (1 + np.exp(-smooth)), columns=labels)
        table.insert(0, "onset", edges[:-1])
        table.insert(1, "offset", edges[1:])
        scores[f"{clip}.wav"] = table
    reference = pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])
    names = list(scores)
    tags = pd.DataFrame(
        {"filename": names, **{label: [scores[name][label].max() for name in names] for label in labels}}
    )
    events = events_at(0.5, scores)
    durations = dict.fromkeys(names, FRAMES * HOP)
    return Outputs(tuple(labels), names, reference, durations, tags, dict.fromkeys(labels, 0.5), scores, events)


def events_at(threshold: float, scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The events above a threshold."""
    return Thresholds(threshold, 1.0, 0.5, 0.2, 0.1, 0.5).events(scores)


def evaluate(outputs: Outputs) -> Evaluation:
    """Every detection metric, with its confidence intervals."""
    return Evaluator(METRICS).evaluate(outputs)


def sed_eval_alone(outputs: Outputs) -> None:
    """Event-based and segment-based counts by sed_eval."""
    assert outputs.events is not None
    tables = (outputs.reference, outputs.events, outputs.labels, outputs.filenames)
    count(partial(EventBasedMetrics, t_collar=0.2, percentage_of_length=0.2), "Nsubs", *tables)
    count(partial(SegmentBasedMetrics, time_resolution=1.0), "S", *tables)


def psds_eval_alone(outputs: Outputs) -> Callable[[], None]:
    """The PSD-ROC of scenario 1 by psds_eval, which the field's baselines use: a point for each threshold."""
    from psds_eval import PSDSEval

    assert outputs.scores is not None
    assert outputs.durations is not None
    metadata = pd.DataFrame(list(outputs.durations.items()), columns=["filename", "duration"])
    points = [events_at(threshold, outputs.scores) for threshold in np.linspace(0.01, 0.99, 50)]

    def score() -> None:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
            roc = PSDSEval(0.7, 0.7, ground_truth=outputs.reference, metadata=metadata)
            for point in points:
                roc.add_operating_point(point)

    return score


def figures(settings: Settings) -> Iterator[Figure]:
    """Times relative to those of the field's tools on the same tables, with each tool's own number of scores."""
    outputs = make_outputs(*((12, 3) if settings.small else (CLIPS, CLASSES)))
    functions: dict[str, Callable[[], object]] = {
        "all": lambda: evaluate(outputs),
        "sed_eval": lambda: sed_eval_alone(outputs),
    }
    known = importlib.util.find_spec("psds_eval") is not None
    if known:
        functions["psds_eval"] = psds_eval_alone(outputs)
    taken = seconds(functions, 0, rounds=1)
    scores = len(evaluate(outputs).results)
    yield Figure(f"time of {scores} scores and intervals", taken["all"], "s", f"{len(outputs.filenames)} clips")
    yield Figure(
        "time", taken["all"] / taken["sed_eval"], compared="two metrics without intervals, sed_eval", ceiling=20
    )
    name, compared = "time against PSD-ROC", "50 thresholds of one scenario without intervals, psds_eval"
    if known:
        yield Figure(name, taken["all"] / taken["psds_eval"], compared=compared)
    else:
        yield not_here(name, "psds_eval is not installed", compared)
