"""PSDS and best F1: their draws against the library's scores of the clips drawn, and their thresholds."""

import numpy as np
import pandas as pd
import pytest
from sed_scores_eval import collar_based

from wsed.metrics.best_f1 import BestF1
from wsed.metrics.frame_scores import frame_scores
from wsed.metrics.intermediate_statistics import event_deltas, ground_truth
from wsed.metrics.outputs import Outputs
from wsed.metrics.psds import SCENARIO1, SCENARIO2, PsdRoc, Psds

LABELS = ("bell", "dog", "speech")
CLIPS, FRAMES, HOP = 12, 50, 0.1


def made(seed: int) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], dict[str, float]]:
    """Clips of five seconds with an event of each class or none, and scores that know something of them."""
    rng = np.random.default_rng(seed)
    rows, scores = [], {}
    edges = np.arange(FRAMES + 1) * HOP
    for clip in range(CLIPS):
        name = f"{clip}.wav"
        table = pd.DataFrame({"onset": edges[:-1], "offset": edges[1:]})
        for label in LABELS:
            values = np.convolve(rng.normal(-1, 1, FRAMES), np.ones(3) / 3, "same")
            if rng.uniform() < 0.6 or clip == 0:
                onset = rng.integers(0, 40)
                offset = onset + rng.integers(3, 10)
                rows.append((name, edges[onset], edges[offset], label))
                values[onset:offset] += rng.normal(1.5, 0.5)
            table[label] = 1 / (1 + np.exp(-values))
        scores[name] = table
    reference = pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])
    return reference, scores, dict.fromkeys(scores, FRAMES * HOP)


def repeated(
    reference: pd.DataFrame, scores: dict[str, pd.DataFrame], times: np.ndarray
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], dict[str, float]]:
    """The same with each clip there as often as `times` says, under names of their own."""
    tables, chosen = [], {}
    for (name, table), number in zip(scores.items(), times, strict=True):
        for turn in range(number):
            chosen[f"{turn}-{name}"] = table
            tables.append(reference[reference["filename"] == name].assign(filename=f"{turn}-{name}"))
    return pd.concat(tables), chosen, dict.fromkeys(chosen, FRAMES * HOP)


def psds(made_: tuple[pd.DataFrame, dict[str, pd.DataFrame], dict[str, float]], scenario: Psds) -> PsdRoc:
    reference, scores, durations = made_
    return scenario.roc(Outputs(LABELS, list(scores), reference, durations, scores=scores))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("scenario", [SCENARIO1, SCENARIO2, Psds(0.5, 0.5, 0.3, 1.0, 0.0, 2000.0)])
def test_a_draw_of_psds_is_the_score_of_the_clips_drawn(
    seed: int, scenario: Psds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsed.metrics.changes.STEPS", 10_000)
    whole = made(seed)
    times = np.random.default_rng(seed).integers(0, 3, CLIPS)
    times[0] = 1
    drawn = psds(whole, scenario).scores("psds", np.stack([times, np.ones(CLIPS)]).astype(float))
    for place, part in enumerate((repeated(whole[0], whole[1], times), whole)):
        for name, value in psds(part, scenario).scores("psds").items():
            assert float(drawn[name][place]) == pytest.approx(value, abs=1e-9), name


def test_few_thresholds_come_close_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    metric = psds(made(0), Psds(0.5, 0.5, None, 0.0, 0.0, 5000.0))
    exact = metric.scores("psds")["psds"]
    assert 0.1 < exact < 0.9
    monkeypatch.setattr("wsed.metrics.changes.STEPS", 15)
    assert float(metric.scores("psds", np.ones((1, CLIPS)))["psds"][0]) == pytest.approx(exact, abs=0.03)


def test_its_curve_rises_to_what_its_area_says() -> None:
    scenario = Psds(0.5, 0.5, None, 0.0, 0.0, 5000.0)
    metric = psds(made(1), scenario)
    false, found = metric.curve()["efpr"], metric.curve()["etpr"]
    assert (np.diff(false) >= 0).all()
    assert (np.diff(found) >= 0).all()
    inside = np.append(false[false < scenario.max_efpr], scenario.max_efpr)
    area = (np.diff(inside) * found[: len(inside) - 1]).sum() / scenario.max_efpr
    assert metric.scores("psds")["psds"] == pytest.approx(area)


@pytest.mark.parametrize("seed", range(5))
def test_the_best_f1_is_that_of_sed_scores_eval(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsed.metrics.changes.STEPS", 10_000)
    reference, scores, _ = made(seed)
    metric = BestF1(
        event_deltas(reference, frame_scores(scores, list(scores), LABELS), 0.2, 0.2), reference, LABELS, list(scores)
    )
    found, drawn = metric.scores("best"), metric.scores("best", np.ones((1, CLIPS)))
    truth = ground_truth(reference, list(scores))
    collars = {"onset_collar": 0.2, "offset_collar": 0.2, "offset_collar_rate": 0.2}
    best, *_ = collar_based.best_fscore(scores, truth, **collars)
    at, *_ = collar_based.fscore(
        scores, truth, {label: found[f"best/class/{label}/threshold"] for label in LABELS}, **collars
    )
    for label in LABELS:
        assert found[f"best/class/{label}/f1"] == pytest.approx(best[label])
        assert found[f"best/class/{label}/f1"] == pytest.approx(at[label])
        assert float(drawn[f"best/class/{label}/f1"][0]) == pytest.approx(best[label])
    assert found["best/macro/f1"] == pytest.approx(np.mean([best[label] for label in LABELS]))
