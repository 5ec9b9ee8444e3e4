from collections.abc import Sequence

import numpy as np
import pytest
import soxr
import torch

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.errors import UserError
from wsed.inference.model import REST, Model
from wsed.postprocessing.thresholds import Thresholds
from wsed.systems.base import System
from wsed.training.build import build_system

PLAIN = Thresholds(0.5, 1.0, 0.0, 0.0, 0.0, 0.5)


def build(*words: str) -> System:
    torch.manual_seed(0)
    with hydra_initialized():
        system = build_system(validate(compose_config(list(words)))).eval()
    system.features.fit([0.1 * torch.randn(1, 16000, generator=torch.Generator().manual_seed(0))])
    return system


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, shape).astype(np.float32)


@pytest.fixture(scope="module")
def jsc() -> Model:
    # Untrained masks stay near 0.5; wider weights make them differ from cell to cell.
    system = build("model=jsc", "network.widths=[4,4]")
    with torch.no_grad():
        for parameter in system.parameters():
            parameter.mul_(3)
    return Model(system, PLAIN, clip_seconds=2.0)


def test_a_clip_of_the_training_length_gives_what_the_system_predicts(jsc: Model) -> None:
    clip = noise(32000)
    with torch.inference_mode():
        expected = jsc.system(torch.from_numpy(clip)[None])
        sources, _ = jsc.system.separate(torch.from_numpy(clip)[None], expected)
    scores = jsc.scores(clip, 16000)
    assert list(scores) == ["onset", "offset", *jsc.labels]
    np.testing.assert_allclose(scores[list(jsc.labels)].to_numpy().T, expected.frame_probs[0], atol=1e-6)
    separated = jsc.separate(clip, 16000, classes=jsc.labels)
    for label, source in zip(jsc.labels, sources[0], strict=True):
        np.testing.assert_allclose(separated[label], source, atol=1e-6)


@pytest.mark.parametrize("seconds", [0.01, 0.5, 2.0, 2.01, 9.3])
def test_windows_leave_no_trace_in_masks_and_sources_of_a_network_that_sees_a_few_frames(
    jsc: Model, seconds: float
) -> None:
    recording = noise(round(seconds * 16000))
    padded = np.pad(recording, (0, max(0, 1024 - len(recording))))
    with torch.inference_mode():
        whole = jsc.system(torch.from_numpy(padded)[None])
        sources, _ = jsc.system.separate(torch.from_numpy(padded)[None], whole)
    probs = jsc.scores(recording, 16000)[list(jsc.labels)].to_numpy().T
    np.testing.assert_allclose(probs, whole.frame_probs[0], atol=1e-5)
    if seconds > 0.1:
        separated = jsc.separate(recording, 16000, classes=jsc.labels)
        for label, source in zip(jsc.labels, sources[0], strict=True):
            np.testing.assert_allclose(separated[label], source, atol=1e-5)


@pytest.mark.parametrize("shape", [(24000,), (1, 24000), (2, 44100), (3, 70000)])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_sources_have_the_form_of_the_recording_and_sum_to_it(
    jsc: Model, shape: tuple[int, ...], rate: int, kind: str
) -> None:
    recording = noise(*shape)
    audio = torch.from_numpy(recording) if kind == "torch" else recording
    for classes in (None, [], jsc.labels[:1], jsc.labels):
        separated = jsc.separate(audio, rate, classes)
        assert all(type(source) is type(audio) and source.shape == shape for source in separated.values())
        if classes is not None:
            assert list(separated) == [*classes, REST]
        total = sum(np.asarray(source, np.float64) for source in separated.values())
        error = np.square(total - recording).sum() / np.square(recording).sum()
        assert 10 * np.log10(error + 1e-30) < -100


def test_resampling_piece_by_piece_is_resampling_at_once(jsc: Model) -> None:
    recording = noise(44100 * 25)
    resampled = soxr.resample(recording, 44100, 16000, quality="HQ")
    expected = jsc.scores(resampled, 16000)
    found = jsc.scores(recording, 44100)
    assert abs(len(found) - len(expected)) <= 1
    count = min(len(found), len(expected)) - 1
    np.testing.assert_allclose(found[:count].to_numpy(), expected[:count].to_numpy(), atol=1e-3)


def test_channels(jsc: Model) -> None:
    stereo = noise(2, 48000)
    for channels, mono in (("left", stereo[0]), ("right", stereo[1]), ("mean", stereo.mean(0))):
        found = jsc.detect(stereo, 16000, channels=channels, threshold=0.6)
        assert found.equals(jsc.detect(mono, 16000, threshold=0.6))
    each = jsc.detect(stereo, 16000, channels="each", threshold=0.6)
    assert sorted(each["channel"].unique()) == [1, 2]
    for number, mono in enumerate(stereo, 1):
        own = each[each["channel"] == number].drop(columns="channel").reset_index(drop=True)
        assert own.equals(jsc.detect(mono, 16000, threshold=0.6))


def test_events_have_times_and_scores_in_range_and_only_the_classes_that_are_wanted(jsc: Model) -> None:
    recording = noise(80000)
    events = jsc.detect(recording, 16000, threshold=0.5)
    assert len(events)
    assert events["onset"].is_monotonic_increasing
    assert (events["onset"] < events["offset"]).all()
    assert (events["offset"] <= 5).all()
    assert events["score"].between(0, 1).all()
    label = events["event_label"].iloc[0]
    only = jsc.detect(recording, 16000, classes=[label], threshold=0.5)
    assert only.equals(events[events["event_label"] == label].reset_index(drop=True))
    assert not len(jsc.detect(recording, 16000, threshold=1.0))


@pytest.mark.parametrize("model", ["gated_crnn", "strong_weak", "dnn", "talnet"])
def test_a_system_without_masks_detects_and_says_that_it_cannot_separate(model: str) -> None:
    system = build(f"model={model}")
    use = Model(system, PLAIN, clip_seconds=1.0)
    rate = system.features.sample_rate
    assert len(use.scores(noise(50000), rate)) == system.features.frames(50000)
    for samples in (1, 200, 1500):
        short = use.detect(noise(samples), rate, threshold=0.0)
        assert len(short)
        assert (short["offset"] <= samples / rate).all()
    with pytest.raises(UserError, match="has no masks and cannot separate"):
        use.separate(noise(16000), 16000)


@pytest.mark.parametrize(
    ("audio", "rate", "words"),
    [
        (np.zeros((2, 2, 99), np.float32), 16000, "must be (samples,) or (channel, samples)"),
        (np.zeros(0, np.float32), 16000, "must be (samples,) or (channel, samples)"),
        (np.zeros((16000, 2), np.float32), 16000, "more channels than samples"),
        (np.zeros(9000, np.int16), 16000, "audio / 32768"),
        (np.full(9000, np.nan, np.float32), 16000, "not finite"),
        (np.zeros(9000, np.float32), 5, "from 1000"),
        (np.zeros(9000, np.float32), 22050.5, "from 1000"),
    ],
)
def test_audio_that_cannot_be_used(jsc: Model, audio: np.ndarray, rate: int, words: str) -> None:
    for use in (jsc.detect, jsc.scores, jsc.separate):
        with pytest.raises(UserError) as caught:
            use(audio, rate)
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"classes": ["dog"]}, "dog is no class of the system"),
        ({"threshold": 1.5}, "must be from 0 to 1"),
        ({"threshold": float("nan")}, "must be from 0 to 1"),
        ({"channels": "middle"}, "give one of mean, left, right, each"),
        ({"channels": "right"}, "has one channel"),
    ],
)
def test_options_that_cannot_be_used(jsc: Model, options: dict[str, Sequence[str]], words: str) -> None:
    with pytest.raises(UserError) as caught:
        jsc.detect(noise(16000), 16000, **options)
    assert words in str(caught.value)
