"""Event-, segment- and intersection-based scores: published tools' numbers, and what must hold for any events."""

from functools import partial

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sed_eval.sound_event import EventBasedMetrics

from wsed.metrics.counts import Counts
from wsed.metrics.event_based import event_counts
from wsed.metrics.intersection_based import intersection_counts
from wsed.metrics.sed_eval_counts import count
from wsed.metrics.segment_based import segment_counts

LABELS = ("bell", "dog", "speech")
FILENAMES = ("a.wav", "b.wav", "c.wav")
COUNTS = {
    "event": partial(event_counts, collar=0.2, offset_share=0.2),
    "segment": partial(segment_counts, length=1.0),
    "intersection": partial(intersection_counts, dtc=0.5, gtc=0.5),
}


def table(rows: list[tuple[str, float, float, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])
    return frame.astype({"onset": float, "offset": float, "event_label": object})


@st.composite
def events(draw: st.DrawFn) -> pd.DataFrame:
    """Events of a class do not overlap, as in annotation."""
    rows = []
    for filename in FILENAMES:
        for label in LABELS:
            edges = sorted(draw(st.lists(st.integers(0, 40), max_size=6, unique=True)))
            rows += [(filename, on / 4, off / 4, label) for on, off in zip(edges[::2], edges[1::2], strict=False)]
    return table(rows)


@settings(max_examples=40, deadline=None)
@given(events())
@pytest.mark.parametrize("kind", COUNTS)
def test_perfect_reports_score_perfectly(kind: str, truth: pd.DataFrame) -> None:
    scores = COUNTS[kind](truth, truth, LABELS, FILENAMES).scores(kind)
    if len(truth):
        assert scores[f"{kind}/micro/f1"] == scores[f"{kind}/macro/f1"] == 1
        assert scores[f"{kind}/micro/error_rate"] == 0


@settings(max_examples=40, deadline=None)
@given(events())
@pytest.mark.parametrize("kind", COUNTS)
def test_no_reports_score_zero(kind: str, truth: pd.DataFrame) -> None:
    scores = COUNTS[kind](truth, table([]), LABELS, FILENAMES).scores(kind)
    if len(truth):
        assert scores[f"{kind}/micro/f1"] == scores[f"{kind}/macro/f1"] == scores[f"{kind}/micro/recall"] == 0
        assert scores[f"{kind}/micro/deletion_rate"] == 1
        assert scores[f"{kind}/micro/insertion_rate"] == 0


@settings(max_examples=40, deadline=None)
@given(events(), events())
@pytest.mark.parametrize("kind", COUNTS)
def test_what_is_found_replaced_and_missed_is_what_there_was(
    kind: str, truth: pd.DataFrame, found: pd.DataFrame
) -> None:
    counts = COUNTS[kind](truth, found, LABELS, FILENAMES)
    scores = counts.scores(kind)
    if len(truth):
        replaced = scores.get(f"{kind}/micro/substitution_rate", 0)
        missed, right = scores[f"{kind}/micro/deletion_rate"], scores[f"{kind}/micro/recall"]
        assert missed + replaced + right == pytest.approx(1)
    assert (counts.correct <= counts.reference).all()


@settings(max_examples=40, deadline=None)
@given(events(), events())
@pytest.mark.parametrize("kind", COUNTS)
def test_the_order_of_clips_and_rows_does_not_matter(kind: str, truth: pd.DataFrame, found: pd.DataFrame) -> None:
    there = COUNTS[kind](truth, found, LABELS, FILENAMES).scores(kind)
    back = COUNTS[kind](truth[::-1], found[::-1], LABELS, FILENAMES[::-1]).scores(kind)
    assert there == pytest.approx(back, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(events(), st.floats(-0.19, 0.19))
def test_a_shift_within_the_collar_changes_nothing(truth: pd.DataFrame, shift: float) -> None:
    apart = truth.assign(onset=truth["onset"] * 8 + 1, offset=truth["offset"] * 8 + 1)
    moved = apart.assign(onset=apart["onset"] + shift, offset=apart["offset"] + shift)
    if len(truth):
        assert COUNTS["event"](apart, moved, LABELS, FILENAMES).scores("e")["e/micro/f1"] == 1


def test_a_shift_beyond_the_collar_misses() -> None:
    truth, late = table([("a.wav", 1, 2, "dog")]), table([("a.wav", 1.25, 2, "dog")])
    assert COUNTS["event"](truth, late, LABELS, FILENAMES).scores("e")["e/micro/f1"] == 0
    assert COUNTS["event"](truth, late, LABELS, FILENAMES, collar=0.3).scores("e")["e/micro/f1"] == 1


def test_a_long_event_may_end_later() -> None:
    truth, late = table([("a.wav", 1, 6, "dog")]), table([("a.wav", 1, 6.9, "dog")])
    assert COUNTS["event"](truth, late, LABELS, FILENAMES, offset_share=0.2).scores("e")["e/micro/f1"] == 1
    assert COUNTS["event"](truth, late, LABELS, FILENAMES, offset_share=0.1).scores("e")["e/micro/f1"] == 0


@settings(max_examples=40, deadline=None)
@given(events(), events(), st.lists(st.integers(0, 3), min_size=3, max_size=3))
@pytest.mark.parametrize("kind", COUNTS)
def test_weights_repeat_clips(kind: str, truth: pd.DataFrame, found: pd.DataFrame, times: list[int]) -> None:
    counts = COUNTS[kind](truth, found, LABELS, FILENAMES)
    repeated = [index for index, number in enumerate(times) for _ in range(number)]
    substituted = None if counts.substituted is None else counts.substituted[repeated]
    chosen = Counts(LABELS, counts.reference[repeated], counts.system[repeated], counts.correct[repeated], substituted)
    weighted = counts.scores(kind, weights=pd.Series(times).to_numpy(dtype=float)[None])
    for name, value in chosen.scores(kind).items():
        assert float(weighted[name][0]) == pytest.approx(value, nan_ok=True)


@settings(max_examples=100, deadline=None)
@given(events(), events(), st.sampled_from([0.2, 0.3, 1.0]), st.sampled_from([0.0, 0.2, 0.5]))
def test_events_of_all_clips_are_counted_as_sed_eval_counts_a_clip(
    truth: pd.DataFrame, found: pd.DataFrame, collar: float, offset_share: float
) -> None:
    ours = event_counts(truth, found, LABELS, FILENAMES, collar, offset_share)
    metrics = partial(EventBasedMetrics, t_collar=collar, percentage_of_length=offset_share)
    theirs = count(metrics, "Nsubs", truth, found, LABELS, FILENAMES)
    for name in ("reference", "system", "correct", "substituted"):
        assert (getattr(ours, name) == getattr(theirs, name)).all(), name
