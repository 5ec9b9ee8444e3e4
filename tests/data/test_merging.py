"""Events that touch or overlap: the union of their intervals, and what the field's tools make of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sed_eval.sound_event import EventBasedMetrics
from sed_scores_eval import intersection_based

from wsed.data.annotations import read_events
from wsed.data.merging import merge_events, merge_table
from wsed.metrics.event_based import event_counts
from wsed.metrics.outputs import Outputs
from wsed.metrics.psds import SCENARIO1, SCENARIO2
from wsed.prediction import Event, frame_targets

LABELS = ("bell", "dog")
EVENTS = st.lists(
    st.builds(
        lambda onset, length, label: Event(onset / 4, (onset + length) / 4, label),
        st.integers(0, 30), st.integers(1, 12), st.sampled_from(LABELS),
    ),
    max_size=8,
)  # fmt: skip
HEADER = "filename\tonset\toffset\tevent_label\n"


def grid(events: list[Event]) -> np.ndarray:
    """Activity of each class in cells of 1/8 s, of which the even ones are the edges and the odd ones lie between."""
    active = np.zeros((len(LABELS), 400), dtype=bool)
    for event in events:
        active[LABELS.index(event.event_label), round(event.onset * 8) : round(event.offset * 8) + 1] = True
    return active


def intervals(active: np.ndarray) -> set[tuple[float, float, str]]:
    """The runs of active cells."""
    found = set()
    for label, row in zip(LABELS, active, strict=True):
        edges = np.flatnonzero(np.diff(np.pad(row.astype(int), 1)))
        found |= {(on / 8, (off - 1) / 8, label) for on, off in zip(edges[::2], edges[1::2], strict=True)}
    return found


@settings(max_examples=200, deadline=None)
@given(EVENTS)
def test_merged_events_are_the_runs_of_a_grid(events: list[Event]) -> None:
    merged = merge_events(events)
    assert {tuple(event) for event in merged} == intervals(grid(events))
    assert len(merged) == len({tuple(event) for event in merged})
    assert merge_events(merged) == merged
    targets = [frame_targets(each, LABELS, 60, 3.7) for each in (events, merged)]
    assert targets[0].equal(targets[1])


def test_events_that_are_apart_keep_their_order() -> None:
    events = [Event(3, 4, "dog"), Event(1, 2, "dog"), Event(1.5, 3.5, "bell")]
    assert merge_events(events) == events


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS.map(lambda found: list(dict.fromkeys(found))), min_size=1, max_size=3))
def test_a_table_is_merged_clip_by_clip(events: list[list[Event]], tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    rows = [
        f"{clip}.wav\t{event.onset}\t{event.offset}\t{event.event_label}\n"
        for clip, own in enumerate(events)
        for event in own
    ]
    path.write_text(HEADER + "".join(rows) + "empty.wav\t\t\t\n")
    table, joined = merge_table(read_events(path))
    for clip, own in enumerate(events):
        found = table[table["filename"] == f"{clip}.wav"]
        assert set(zip(found["onset"], found["offset"], found["event_label"], strict=True)) == intervals(grid(own))
    assert len(joined) == sum(len(own) - len(merge_events(own)) for own in events)
    assert len(table) + len(joined) == len(rows) + 1
    assert len(table.attrs["rows"]) == len(table)


@pytest.fixture
def reference(tmp_path: Path) -> pd.DataFrame:
    """The first two events touch, and the next two overlap."""
    path = tmp_path / "reference.tsv"
    rows = [
        "0.wav\t0.5\t1.5\tdog",
        "0.wav\t1.5\t2.5\tdog",
        "1.wav\t1\t3\tbell",
        "1.wav\t2\t4\tbell",
        "2.wav\t1\t2\tdog",
    ]
    path.write_text(HEADER + "\n".join(rows) + "\n")
    table, joined = merge_table(read_events(path))
    assert joined == [3, 5]
    return table


WHOLE = {"0.wav": [(0.5, 2.5, "dog")], "1.wav": [(1.0, 4.0, "bell")], "2.wav": [(1.0, 2.0, "dog")]}
"""The merged reference, written by hand."""


def test_psds_of_the_merged_reference_is_that_of_sed_scores_eval(reference: pd.DataFrame) -> None:
    rng = np.random.default_rng(0)
    times = np.arange(51) / 10
    scores = {}
    for name, events in WHOLE.items():
        table = pd.DataFrame({"onset": times[:-1], "offset": times[1:]})
        for label in LABELS:
            active = [any(on <= time < off and label == own for on, off, own in events) for time in times[:-1]]
            table[label] = np.clip(rng.uniform(0, 0.6, 50) + 0.4 * np.array(active), 0, 1)
        scores[name] = table
    durations = dict.fromkeys(WHOLE, 5.0)
    outputs = Outputs(LABELS, list(WHOLE), reference, durations, scores=scores)
    for scenario in (SCENARIO1, SCENARIO2):
        theirs, *_ = intersection_based.psds(
            scores=scores, ground_truth=WHOLE, audio_durations=durations, dtc_threshold=scenario.dtc,
            gtc_threshold=scenario.gtc, cttc_threshold=scenario.cttc, alpha_ct=scenario.alpha_ct,
            alpha_st=scenario.alpha_st, max_efpr=scenario.max_efpr,
        )  # fmt: skip
        assert scenario.roc(outputs).scores("psds")["psds"] == pytest.approx(theirs)


def test_sed_eval_counts_merged_events_once(reference: pd.DataFrame) -> None:
    metrics = EventBasedMetrics(list(LABELS), t_collar=0.2)
    for name, events in WHOLE.items():
        true = [{"filename": name, "onset": on, "offset": off, "event_label": label} for on, off, label in events]
        metrics.evaluate(true, true)
    theirs = metrics.results_overall_metrics()["f_measure"]["f_measure"]
    counts = event_counts(reference, reference, LABELS, list(WHOLE), 0.2, 0.5)
    assert counts.reference.sum() == metrics.overall["Nref"] == 3
    assert counts.scores("e")["e/micro/f1"] == theirs == 1
