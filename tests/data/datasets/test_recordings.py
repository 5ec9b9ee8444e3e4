"""Datasets of annotated recordings."""

from pathlib import Path

import torch

from wsed.data.corpora.base import Clip
from wsed.data.datasets.recordings import RecordingDataset
from wsed.prediction import Event


def clip(name: str, events: tuple[Event, ...] | None) -> Clip:
    return Clip(name, Path(name), frozenset({"a"}), events, Path("table.tsv"), (2,))


def test_weakly_and_strongly_labelled_clips_may_be_mixed() -> None:
    event = Event(0.1, 0.4, "a")
    clips = [clip("strong.wav", (event,)), clip("weak.wav", None), clip("empty.wav", ())]
    dataset = RecordingDataset(clips, [torch.ones(100)] * 3, ["a", "b"], 100, 100)
    batch = dataset[[(0, 2), (0, 1), (0, 0)]]
    assert batch.has_strong.dtype == torch.bool
    assert batch.has_strong.tolist() == [True, False, True]
    assert batch.events == [[], [], [event]]
    assert batch.weak.tolist() == [[1, 0]] * 3
    assert batch.to(torch.device("meta")).has_strong.device.type == "meta"


def test_int16_samples_of_the_cache_are_scaled_and_padded() -> None:
    dataset = RecordingDataset([clip("a.wav", None)], [torch.tensor([16384, -32768], dtype=torch.int16)], ["a"], 2, 3)
    batch = dataset[[(0, 0)]]
    assert batch.waveform.tolist() == [[0.5, -1.0, 0.0]]
    assert batch.lengths is not None
    assert batch.lengths.tolist() == [2]
