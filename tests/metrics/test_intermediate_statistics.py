"""Changes of counts at every threshold, and the PSDS from them, against sed_scores_eval."""

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sed_scores_eval import collar_based, intersection_based
from sed_scores_eval.collar_based.intermediate_statistics import intermediate_statistics_deltas as event_based_deltas
from sed_scores_eval.intersection_based.intermediate_statistics import intermediate_statistics_deltas

from wsed.metrics.frame_scores import frame_scores
from wsed.metrics.intermediate_statistics import Deltas, event_deltas, ground_truth, intersection_deltas
from wsed.metrics.outputs import Outputs
from wsed.metrics.psds import Psds

LABELS = ("bell", "dog", "speech", "water")
Made = tuple[pd.DataFrame, dict[str, pd.DataFrame]]
Counted = dict[tuple[str, str, float, str], float]


@st.composite
def clips(draw: st.DrawFn) -> Made:
    """Clips of different lengths, with any number of events of each class, between or on the edges of frames."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels, on_edges = draw(st.sampled_from([2, 5, 100, 0])), draw(st.booleans())
    hop = draw(st.sampled_from([0.064, 0.1, 0.0215625]))
    rows: list[tuple[Any, ...]] = []
    scores = {}
    for clip in range(draw(st.integers(1, 6))):
        name = f"{clip}.wav"
        edges = np.arange(rng.integers(2, 40)) * hop
        for label in LABELS:
            times = np.unique(rng.choice(edges, min(len(edges), 2 * int(rng.integers(0, 3))), replace=False))
            times = times if on_edges else np.sort(times + rng.uniform(0, hop / 2, len(times)))
            rows += [(name, *times[place : place + 2], label) for place in range(0, len(times) - 1, 2)]
        values = rng.uniform(size=(len(edges) - 1, len(LABELS)))
        table = pd.DataFrame(np.round(values * levels) / levels if levels else values, columns=list(LABELS))
        table = table.astype(np.float32) if draw(st.booleans()) else table
        scores[name] = pd.concat([pd.DataFrame({"onset": edges[:-1], "offset": edges[1:]}), table], axis=1)
    # Every class has an event somewhere.
    scores["last.wav"] = scores["0.wav"]
    rows += [("last.wav", 0.0, hop, label) for label in LABELS]
    return pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"]), scores


def ours(deltas: Deltas, filenames: list[str]) -> Counted:
    """The changes that are not zero, by clip, class, threshold and kind."""
    found: Counted = defaultdict(float)
    for label, changes in deltas.items():
        names, thresholds = [filenames[clip] for clip in changes.clip], changes.thresholds.tolist()
        for kind, amounts in (("tps", changes.tps), ("fps", changes.fps)):
            for name, threshold, amount in zip(names, thresholds, amounts, strict=True):
                found[name, label, threshold, kind] += amount
        for item, other, amount in zip(changes.item, changes.other, changes.cts, strict=True):
            found[names[item], label, thresholds[item], f"cts\\{LABELS[other]}"] += amount
    return {key: amount for key, amount in found.items() if amount}


def theirs(deltas: dict[str, Any]) -> Counted:
    found: Counted = defaultdict(float)
    for name, of_clip in deltas.items():
        for label, (thresholds, series) in of_clip.items():
            for kind, amounts in series.items():
                for threshold, amount in zip(thresholds, amounts, strict=True):
                    found[name, label, float(threshold), kind] += amount
    return {key: amount for key, amount in found.items() if amount}


def thresholds_of(deltas: Deltas) -> dict[str, list[float]]:
    """The thresholds of each class, between which that of the best F1 lies."""
    return {label: changes.totals()[0][::-1].tolist() for label, changes in deltas.items()}


def their_thresholds(deltas: dict[str, Any]) -> dict[str, list[float]]:
    found = {label: np.concatenate([of_clip[label][0] for of_clip in deltas.values()]) for label in LABELS}
    return {label: np.unique(thresholds).astype(float).tolist() for label, thresholds in found.items()}


SHARES = st.sampled_from([0.1, 0.3, 0.5, 0.7, 1.0])


@settings(max_examples=60, deadline=None)
@given(made=clips(), dtc=SHARES, gtc=SHARES, cttc=st.none() | SHARES)
def test_changes_of_overlaps_are_those_of_sed_scores_eval(made: Made, dtc: float, gtc: float, cttc: float) -> None:
    reference, scores = made
    found = intersection_deltas(reference, frame_scores(scores, list(scores), LABELS), dtc, gtc, cttc)
    tolerances = {"dtc_threshold": dtc, "gtc_threshold": gtc, "cttc_threshold": cttc}
    expected = intermediate_statistics_deltas(scores, ground_truth(reference, list(scores)), **tolerances)
    assert ours(found, list(scores)) == theirs(expected)
    assert cttc is not None or thresholds_of(found) == their_thresholds(expected)


@settings(max_examples=60, deadline=None)
@given(made=clips(), collar=st.sampled_from([0.05, 0.2]), share=st.sampled_from([0.0, 0.2]))
def test_changes_of_events_are_those_of_sed_scores_eval(made: Made, collar: float, share: float) -> None:
    reference, scores = made
    found = event_deltas(reference, frame_scores(scores, list(scores), LABELS), collar, share)
    tolerances = {"onset_collar": collar, "offset_collar": collar, "offset_collar_rate": share}
    expected = event_based_deltas(scores, ground_truth(reference, list(scores)), **tolerances)
    assert ours(found, list(scores)) == theirs(expected)
    assert thresholds_of(found) == their_thresholds(expected)


@settings(max_examples=60, deadline=None)
@given(made=clips(), share=SHARES, alpha_ct=st.sampled_from([0.0, 0.5, 1.0]), limit=st.sampled_from([100.0, 1e4, 1e6]))
def test_psds_and_its_curve_are_those_of_sed_scores_eval(
    made: Made, share: float, alpha_ct: float, limit: float
) -> None:
    reference, scores = made
    durations = {name: float(table["offset"].iloc[-1]) for name, table in scores.items()}
    cttc = 0.3 if alpha_ct else None
    roc = Psds(share, share, cttc, alpha_ct, 1.0, limit).roc(
        Outputs(LABELS, list(scores), reference, durations, scores=scores)
    )
    value, by_class, (etpr, efpr), _ = intersection_based.psds(
        scores,
        ground_truth(reference, list(scores)),
        durations,
        dtc_threshold=share,
        gtc_threshold=share,
        cttc_threshold=cttc,
        alpha_ct=alpha_ct,
        alpha_st=1.0,
        max_efpr=limit,
    )
    found = roc.scores("psds")
    assert found["psds"] == pytest.approx(value, abs=1e-12)
    for label in LABELS:
        assert found[f"psds/class/{label}"] == pytest.approx(by_class[label], abs=1e-12)
    # Theirs has more points on the level parts, and either has points that differ by rounding.
    curve = roc.curve()
    apart = np.flatnonzero(np.diff(efpr) > 1e-6 * efpr[1:])
    for at in (efpr[apart] + efpr[apart + 1]) / 2:
        height = curve["etpr"][np.searchsorted(curve["efpr"], at, side="right") - 1]
        assert height == pytest.approx(etpr[np.searchsorted(efpr, at, side="right") - 1], abs=1e-9)


def test_a_class_may_be_in_one_clip_only() -> None:
    """The best F1 of sed_scores_eval, where most clips have no event of the class."""
    rng = np.random.default_rng(0)
    edges = np.arange(31) * 0.1
    scores = {
        f"{clip}.wav": pd.DataFrame({"onset": edges[:-1], "offset": edges[1:], "dog": rng.uniform(size=30)})
        for clip in range(5)
    }
    reference = pd.DataFrame([("3.wav", 0.5, 1.5, "dog")], columns=["filename", "onset", "offset", "event_label"])
    found = event_deltas(reference, frame_scores(scores, list(scores), ["dog"]), 0.2, 0.2)["dog"]
    collars = {"onset_collar": 0.2, "offset_collar": 0.2, "offset_collar_rate": 0.2}
    best, *_ = collar_based.best_fscore(scores, ground_truth(reference, list(scores)), **collars)
    _, correct, false = found.totals()
    assert max(0, *(2 * correct / (correct + false + 1))) == pytest.approx(best["dog"])
