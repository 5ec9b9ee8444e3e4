"""The prediction collector, from batches to scores and to files that other tools read."""

from pathlib import Path

import mir_eval
import numpy as np
import pandas as pd
import pytest
import torch

from wsed.data.batch import Batch
from wsed.evaluation.evaluator import Evaluator
from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.features.log_mel import LogMel
from wsed.metrics.clip_based import ClipBased
from wsed.metrics.frame_based import FrameBased
from wsed.metrics.separation import Separation
from wsed.prediction import Event, Prediction, frame_targets
from wsed.runs.folder import PredictionFiles

RATE = 8000
LABELS = ("bark", "bell")
EVENTS = [Event(0.11, 0.29, "bark"), Event(0.01, 0.39, "bell"), Event(0.21, 0.49, "bark")]


@pytest.fixture(scope="module")
def features() -> LogMel:
    return LogMel(RATE, "hann", 256, 80, 16, 0.0, 4000.0, 1e-8)


@pytest.fixture
def batch() -> Batch:
    """Three clips of half a second, a single event over noise in each: low noise barks, and high noise rings."""
    rng = np.random.default_rng(0)
    sources = torch.zeros(3, 2, RATE // 2)
    for clip, event in enumerate(EVENTS):
        inside = slice(round(event.onset * RATE), round(event.offset * RATE))
        samples = rng.normal(0, 0.1, inside.stop - inside.start + 1)
        shaped = samples[1:] + (samples[:-1] if event.event_label == "bark" else -samples[:-1])
        sources[clip, LABELS.index(event.event_label), inside] = torch.from_numpy(shaped).float()
    background = torch.from_numpy(rng.normal(0, 0.05, (3, RATE // 2))).float()
    return Batch(
        filenames=[f"clip-{clip}.wav" for clip in range(3)],
        waveform=sources.sum(1) + background,
        weak=torch.tensor([[1.0, 0], [0, 1], [1, 0]]),
        background=torch.ones(3),
        events=[[event] for event in EVENTS],
        plans=[],
        sources=sources,
        background_source=background,
        has_strong=torch.ones(3, dtype=torch.bool),
    )


def perfect(batch: Batch, features: LogMel) -> Prediction:
    """The prediction of a system that knows the strong labels."""
    frames, rate = features.frames(batch.waveform.shape[1]), features.frames_per_second
    strong = torch.stack([frame_targets(events, LABELS, frames, rate) for events in batch.events])
    return Prediction(clip_probs=0.1 + 0.8 * batch.weak, frame_probs=0.1 + 0.8 * strong)


def scored(batch: Batch, features: LogMel, prediction: Prediction, separate: bool = False) -> PredictionCollector:
    """A collector that has been given the batch clip by clip, and the true sources if asked to."""
    collector = PredictionCollector(LABELS, features)
    assert batch.sources is not None
    assert batch.background_source is not None
    for clip in range(3):
        part = slice(clip, clip + 1)
        one = Batch(
            batch.filenames[part],
            batch.waveform[part],
            batch.weak[part],
            batch.background[part],
            batch.events[part],
            [],
            batch.sources[part],
            batch.background_source[part],
            has_strong=batch.has_strong[part],
        )
        said = Prediction(prediction.clip_probs[part], prediction.frame_probs[part])
        collector.update(one, said, (one.sources, one.background_source) if separate else None)  # type: ignore[arg-type]
    return collector


def validated(collector: PredictionCollector) -> dict[str, float]:
    """The scores of validation."""
    return Evaluator([ClipBased(), FrameBased()]).validate(collector)


def test_a_perfect_prediction_has_perfect_scores(batch: Batch, features: LogMel) -> None:
    found = validated(scored(batch, features, perfect(batch, features)))
    errors = {name for name in found if name.endswith("eer")}
    assert errors == {"frame/eer", "frame/micro/eer", "frame/class/bark/eer", "frame/class/bell/eer"}
    assert {name: value for name, value in found.items() if value != (name not in errors)} == {}
    assert {"tagging/map", "tagging/micro/ap", "tagging/auroc", "frame/map", "frame/class/bell/ap"} <= set(found)


def test_its_opposite_has_the_worst(batch: Batch, features: LogMel) -> None:
    right = perfect(batch, features)
    found = validated(scored(batch, features, Prediction(1 - right.clip_probs, 1 - right.frame_probs)))
    assert found["frame/eer"] == 1
    assert found["frame/map"] < 0.6
    assert found["tagging/map"] < 0.6


def test_batches_do_not_matter(batch: Batch, features: LogMel) -> None:
    generator = torch.Generator().manual_seed(0)
    frames = features.frames(batch.waveform.shape[1])
    noisy = Prediction(torch.rand(3, 2, generator=generator), torch.rand(3, 2, frames, generator=generator))
    assert batch.sources is not None
    assert batch.background_source is not None
    whole = PredictionCollector(LABELS, features)
    whole.update(batch, noisy, (batch.waveform[:, None].expand(-1, 2, -1), batch.waveform))
    found = Separation().scores(whole.outputs())
    assert validated(whole) == validated(scored(batch, features, noisy))
    # The mixture handed in for every source scores as the mixture does.
    for name in ("sdr", "sir", "sar"):
        assert found[f"separation/{name}"] == pytest.approx(found[f"separation/mixture/{name}"], abs=1e-6)
    assert found["separation/sdr_improvement"] == pytest.approx(0, abs=1e-6)


def test_separation_is_the_mean_over_clips_then_classes(batch: Batch, features: LogMel, tmp_path: Path) -> None:
    collector = scored(batch, features, perfect(batch, features), separate=True)
    found = Separation().scores(collector.outputs())
    assert batch.sources is not None
    assert batch.background_source is not None
    by_class: dict[str, list[float]] = {"bark": [], "bell": []}
    for clip, event in enumerate(EVENTS):
        source = batch.sources[clip, LABELS.index(event.event_label)]
        truth = torch.stack([source, batch.background_source[clip]]).double().numpy()
        mixture = batch.waveform[clip].double().numpy()
        sdr, *_ = mir_eval.separation.bss_eval_sources(truth, np.stack([mixture, mixture]), compute_permutation=False)
        by_class[event.event_label].append(float(sdr[0]))
    means = {label: np.mean(values) for label, values in by_class.items()}
    for label, mean in means.items():
        assert found[f"separation/mixture/class/{label}/sdr"] == pytest.approx(mean, abs=1e-3)
    assert found["separation/mixture/sdr"] == pytest.approx(np.mean(list(means.values())), abs=1e-3)
    # The true sources were handed in, and they are separated but for rounding.
    assert found["separation/sdr"] > 60
    assert found["separation/ideal_binary_mask/sdr"] > found["separation/mixture/sdr"] + 2
    gained = found["separation/class/bell/sdr"] - found["separation/mixture/class/bell/sdr"]
    assert found["separation/class/bell/sdr_improvement"] == pytest.approx(gained)
    assert not any("background" in name for name in found)
    collector.write(PredictionFiles(tmp_path))
    rows = pd.read_csv(tmp_path / "separation.tsv", sep="\t", keep_default_na=False)
    assert len(rows) == 3 * 2 * 4
    assert set(rows["method"]) == {"system", "mixture", "ideal_binary_mask", "ideal_ratio_mask"}


def test_means_of_drawn_clips(batch: Batch, features: LogMel) -> None:
    outputs = scored(batch, features, perfect(batch, features), separate=True).outputs()
    assert outputs.separation is not None
    ((name, ratios),) = Separation().statistics(outputs)
    drawn = ratios.scores(name, np.array([[2.0, 0, 1], [0, 3, 0]]))
    rows = outputs.separation
    barks = rows[(rows["method"] == "mixture") & (rows["source"] == "bark")].set_index("filename")["sdr"]
    expected = (2 * barks["clip-0.wav"] + barks["clip-2.wav"]) / 3
    assert drawn["separation/mixture/class/bark/sdr"][0] == pytest.approx(expected)
    # Without the bell, the mean is over the one class that is left.
    assert drawn["separation/mixture/sdr"][0] == pytest.approx(expected)
    assert np.isnan(drawn["separation/mixture/class/bell/sdr"][0])
    assert np.isnan(drawn["separation/mixture/class/bark/sdr"][1])


def test_nothing_separated_is_nothing_scored(batch: Batch, features: LogMel, tmp_path: Path) -> None:
    collector = scored(batch, features, perfect(batch, features))
    assert not collector.separation.rows
    collector.write(PredictionFiles(tmp_path))
    assert not (tmp_path / "separation.tsv").exists()


def test_written_scores_are_scored_by_sed_scores_eval(batch: Batch, features: LogMel, tmp_path: Path) -> None:
    from sed_scores_eval import io, segment_based

    # A clip without an event.
    batch.events[2] = []
    prediction = perfect(batch, features)
    scored(batch, features, prediction).write(PredictionFiles(tmp_path))
    table = io.read_sed_scores(tmp_path / "scores" / "clip-1.tsv")
    assert list(table.columns) == ["onset", "offset", *LABELS]
    np.testing.assert_allclose(table[list(LABELS)].to_numpy().T, prediction.frame_probs[1].numpy(), atol=1e-6)
    np.testing.assert_allclose(table["onset"], np.arange(len(table)) * 80 / RATE, atol=1e-9)
    # Events begin and end inside a tenth of a second, so that a frame more or less does not matter.
    fscore, *_ = segment_based.fscore(
        tmp_path / "scores",
        tmp_path / "reference.tsv",
        tmp_path / "durations.tsv",
        threshold=0.5,
        segment_length=0.1,
    )
    assert (fscore["bark"], fscore["bell"]) == (1, 1)
    clips = pd.read_csv(tmp_path / "tags.tsv", sep="\t").set_index("filename")
    np.testing.assert_allclose(clips[list(LABELS)], prediction.clip_probs, atol=1e-6)
