"""Verdicts on claims, by paired tests over seeds and over clips."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from wsed.metrics.measure import Measure
from wsed.reports.measures import REFERENCES, Catalogue
from wsed.reports.runs import Run
from wsed.reports.statistics import FEWEST_PAIRS, SIGNIFICANT, Array, interval, paired_p
from wsed.reproduction.paper import Claim, Comparison

Outcome = Literal["holds", "fails", "undecided", "not tested"]

Runs = Mapping[str, Mapping[int, Run]]
"""Runs by entry and seed."""


@dataclass(frozen=True)
class Difference:
    """One entry against another by one score.

    Attributes:
        measure: the score.
        entry: the entry.
        other: the other entry.
        mean: mean difference of the scores over seeds, entry minus other; NaN if it cannot be computed.
        half: half the width of its 95 % confidence interval over seeds.
        over_seeds: p-value of the paired t-test over seeds; NaN with fewer than `FEWEST_PAIRS`.
        over_clips: p-value of the paired bootstrap over test clips; NaN if a run has no draws of this score.
        outcome: what it says about the claim.
    """

    measure: Measure
    entry: str
    other: str
    mean: float
    half: float
    over_seeds: float
    over_clips: float
    outcome: Outcome


@dataclass(frozen=True)
class Verdict:
    """The verdict on a claim, and the differences that it rests on."""

    claim: Claim
    outcome: Outcome
    differences: tuple[Difference, ...]


def judge(claim: Claim, runs: Runs) -> Verdict:
    """Judges a claim.

    A comparison `better_than`, `worse_than`, `higher_than` or `lower_than` holds if the mean difference has that sign
    and both tests have p < 0.05, and fails if it has the other sign and both have. `as_good_as` holds if the confidence
    interval over seeds lies within the margin, and fails if it lies outside. Anything else is undecided. The claim
    fails if one comparison fails, and holds if all hold; those with an entry that was not run, or that lacks the score,
    are left out.

    Args:
        claim: the claim.
        runs: runs by entry and seed.
    """
    differences = tuple(_difference(test, other, runs) for test in claim.tests for other in test.others)
    outcomes = {difference.outcome for difference in differences} - {"not tested"}
    if not outcomes:
        return Verdict(claim, "not tested", differences)
    if "fails" in outcomes:
        return Verdict(claim, "fails", differences)
    return Verdict(claim, "holds" if outcomes == {"holds"} else "undecided", differences)


def _difference(test: Comparison, other: str, runs: Runs) -> Difference:
    measure = measure_of(test.score, runs)
    ours = runs.get(test.entry, {})
    # The scores of the mixture and of ideal masks are in every run.
    theirs, score = (ours, measure.score_name(other)) if other in REFERENCES else (runs.get(other, {}), test.score)
    seeds = [seed for seed in ours if seed in theirs]
    pairs = [(ours[seed].scores.get(test.score), theirs[seed].scores.get(score)) for seed in seeds]
    differences = np.array([own - their for own, their in pairs if own is not None and their is not None])
    if not len(differences):
        return Difference(measure, test.entry, other, math.nan, math.nan, math.nan, math.nan, "not tested")
    mean, half = interval(list(differences))
    over_seeds = paired_p(differences) if len(differences) >= FEWEST_PAIRS else math.nan
    over_clips = _over_clips([ours[seed] for seed in seeds], [theirs[seed] for seed in seeds], test.score, score)
    outcome = _outcome(test, measure, mean, half, over_seeds, over_clips)
    return Difference(measure, test.entry, other, mean, half, over_seeds, over_clips, outcome)


def _outcome(
    test: Comparison, measure: Measure, mean: float, half: float, over_seeds: float, over_clips: float
) -> Outcome:
    if math.isnan(over_seeds):
        return "undecided"
    if test.as_good_as:
        if abs(mean) + half <= test.within:
            return "holds"
        return "fails" if abs(mean) - half > test.within else "undecided"
    if over_seeds >= SIGNIFICANT or over_clips >= SIGNIFICANT:
        return "undecided"
    upwards = 1 if test.higher_than or test.lower_than else measure.sign
    sign = upwards if test.better_than or test.higher_than else -upwards
    if sign == 0:
        return "undecided"
    return "holds" if sign * mean > 0 else "fails"


def _over_clips(ours: Sequence[Run], theirs: Sequence[Run], score: str, other: str) -> float:
    """The two-sided p-value of the mean difference over seeds, by the bootstrap over test clips.

    NaN if a run has no draws of the score, or the runs do not have the same number of draws.
    """
    draws = [[run.draws.get(name) for run in runs] for runs, name in ((ours, score), (theirs, other))]
    known: list[list[Array]] = [[each for each in of_runs if each is not None] for of_runs in draws]
    if any(len(each) < len(ours) for each in known) or len({len(each) for of_runs in known for each in of_runs}) != 1:
        return math.nan
    difference = np.mean(known[0], axis=0) - np.mean(known[1], axis=0)
    difference = difference[~np.isnan(difference)]
    if not len(difference):
        return math.nan
    below, above = float((difference <= 0).mean()), float((difference >= 0).mean())
    # The observed clips count as one more draw, so that no p-value is 0.
    return min(1.0, 2 * (min(below, above) * len(difference) + 1) / (len(difference) + 1))


def measure_of(score: str, runs: Runs) -> Measure:
    """How to show a score: as the first run that describes it says, or else as its name suggests."""
    return Catalogue(run.measures for of_entry in runs.values() for run in of_entry.values()).of(score)
