"""Verdicts on claims, from runs with known scores and draws."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from wsed.reports.runs import Run, read_run
from wsed.reproduction.paper import Claim, Comparison
from wsed.reproduction.verdicts import judge
from wsed.runs.folder import RunFolder

Make = Callable[..., dict[str, dict[int, Run]]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Runs by entry and seed, from lists of scores; draws scatter around them by `spread`, the same for all runs."""

    def build(score: str, values: Mapping[str, list[float]], spread: float = 0.0, draws: int = 400) -> dict:
        shared = np.random.default_rng(0).normal(0, 1, draws)
        runs: dict[str, dict[int, Run]] = {}
        for entry, of_seeds in values.items():
            runs[entry] = {}
            for seed, value in enumerate(of_seeds, 1):
                folder = tmp_path / f"{entry}-{seed}"
                (folder / "predictions").mkdir(parents=True)
                (folder / "status.json").write_text('{"status": "done"}')
                content = {"metrics": {score: value, "separation/mixture/sdr": -5.0}, "labels": ["a"]}
                (folder / "results.json").write_text(json.dumps(content))
                own = np.random.default_rng([ord(entry[0]), seed]).normal(0, spread, draws) if spread else 0.0
                np.savez(folder / "predictions" / "draws.npz", **{score: value + 0.01 * shared + own})
                runs[entry][seed] = read_run(RunFolder(folder))
        return runs

    return build


def claim(score: str = "frame/map", **comparison: object) -> Claim:
    return Claim(claim="It is so", source="table 1", tests=[Comparison(score=score, entry="new", **comparison)])


@pytest.mark.parametrize(
    ("new", "old", "outcome"),
    [
        ([0.60, 0.61, 0.62], [0.50, 0.52, 0.51], "holds"),
        ([0.50, 0.52, 0.51], [0.60, 0.61, 0.62], "fails"),
        ([0.60, 0.41, 0.72], [0.50, 0.52, 0.51], "undecided"),
        ([0.60, 0.61], [0.50, 0.52], "undecided"),
    ],
)
def test_better(make: Make, new: list[float], old: list[float], outcome: str) -> None:
    runs = make("frame/map", {"new": new, "old": old})
    verdict = judge(claim(better_than=["old"]), runs)
    assert verdict.outcome == outcome
    (difference,) = verdict.differences
    assert difference.mean == pytest.approx(np.mean(new) - np.mean(old))
    if len(new) > 2:
        assert difference.over_seeds == pytest.approx(stats.ttest_rel(new, old).pvalue)
    opposite = {"holds": "fails", "fails": "holds"}.get(outcome, outcome)
    assert judge(claim(worse_than=["old"]), runs).outcome == opposite


def test_lower_is_better_for_error_rates(make: Make) -> None:
    runs = make("frame/eer", {"new": [0.1, 0.11, 0.12], "old": [0.3, 0.29, 0.31]})
    assert judge(claim("frame/eer", better_than=["old"]), runs).outcome == "holds"


# A level is neither good nor bad.
@pytest.mark.parametrize(("score", "better"), [("frame/eer", "holds"), ("separation/level", "undecided")])
def test_higher_and_lower_are_directions_of_the_number(make: Make, score: str, better: str) -> None:
    runs = make(score, {"new": [0.1, 0.11, 0.12], "old": [0.3, 0.29, 0.31]})
    assert judge(claim(score, lower_than=["old"]), runs).outcome == "holds"
    assert judge(claim(score, higher_than=["old"]), runs).outcome == "fails"
    assert judge(claim(score, better_than=["old"]), runs).outcome == better


def test_a_difference_that_depends_on_the_clips_is_undecided(make: Make) -> None:
    runs = make("frame/map", {"new": [0.60, 0.61, 0.62], "old": [0.50, 0.52, 0.51]}, spread=0.5)
    verdict = judge(claim(better_than=["old"]), runs)
    assert verdict.differences[0].over_seeds < 0.05
    assert verdict.differences[0].over_clips > 0.05
    assert verdict.outcome == "undecided"


def test_the_test_over_clips_is_a_paired_bootstrap(make: Make) -> None:
    runs = make("frame/map", {"new": [0.60, 0.61, 0.62], "old": [0.59, 0.60, 0.605]}, spread=0.02)
    drawn = {
        entry: np.mean([np.load(run.folder.predictions.draws)["frame/map"] for run in of.values()], axis=0)
        for entry, of in runs.items()
    }
    below = int((drawn["new"] <= drawn["old"]).sum())
    assert 0 < below < 200
    (difference,) = judge(claim(better_than=["old"]), runs).differences
    assert difference.over_clips == pytest.approx(2 * (below + 1) / 401)


@pytest.mark.parametrize(
    ("new", "outcome"), [([0.501, 0.502, 0.5], "holds"), ([0.61, 0.6, 0.6], "fails"), ([0.4, 0.5, 0.6], "undecided")]
)
def test_as_good_as(make: Make, new: list[float], outcome: str) -> None:
    runs = make("frame/map", {"new": new, "old": [0.5, 0.5, 0.5]})
    assert judge(claim(as_good_as=["old"], within=0.01), runs).outcome == outcome


def test_all_comparisons_must_hold_and_one_failure_is_enough(make: Make) -> None:
    values = {"new": [0.6, 0.61, 0.62], "old": [0.5, 0.52, 0.51], "other": [0.6, 0.61, 0.625], "best": [0.9, 0.9, 0.91]}
    runs = make("frame/map", values)
    assert judge(claim(better_than=["old"]), runs).outcome == "holds"
    assert judge(claim(better_than=["old", "other"]), runs).outcome == "undecided"
    assert judge(claim(better_than=["other", "best", "old"]), runs).outcome == "fails"


def test_the_mixture_is_in_every_run(make: Make) -> None:
    runs = make("separation/sdr", {"new": [2.0, 2.1, 2.2]})
    verdict = judge(claim("separation/sdr", better_than=["mixture"]), runs)
    assert verdict.outcome == "holds"
    assert verdict.differences[0].mean == pytest.approx(7.1)
    # These runs have no draws of the mixture.
    assert math.isnan(verdict.differences[0].over_clips)


def test_what_was_not_run_is_not_tested(make: Make) -> None:
    runs = make("frame/map", {"new": [0.6, 0.61, 0.62]})
    assert judge(claim(better_than=["old"]), runs).outcome == "not tested"
    assert judge(
        claim(better_than=["old", "other"]), make("frame/map", {"other": [0.5, 0.51, 0.52]}) | runs
    ).outcome == ("holds")
    assert judge(claim("frame/eer", better_than=["mixture"]), runs).outcome == "not tested"
    assert judge(Claim(claim="A picture", source="figure 1"), runs).outcome == "not tested"
