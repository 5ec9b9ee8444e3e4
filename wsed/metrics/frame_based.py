"""Frame-based scores, of the ranking of the frames of all clips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from wsed.checks.ranges import Text
from wsed.metrics.base import Array, BootstrappedMetric, Statistics
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import ClipPredictions, Outputs
from wsed.metrics.sed_eval_counts import by_clip
from wsed.metrics.threshold_free import Ranking, ranking_measures
from wsed.prediction import Event, frame_targets

RANKED = ("ap", "auroc", "eer")


@dataclass(frozen=True)
class FrameBased(BootstrappedMetric):
    """SED-mAP, equal error rate and area under the ROC, over the frames of all clips.

    Attributes:
        name: first part of the names of the scores.
        last_frame: whether the frame in which an event ends belongs to it, as in Kong 2019; not so in Kong 2018.
    """

    name: Text = "frame"
    last_frame: bool = True

    inputs = ("scores",)
    in_validation = True

    def measures(self) -> Sequence[Measure]:
        return ranking_measures(self.name, RANKED, {"ap": "SED-mAP", "eer": "EER"})

    def statistics(self, outputs: Outputs) -> Sequence[tuple[str, Statistics]]:
        references, scores = by_clip(outputs.reference), outputs.present_scores
        strong = torch.zeros(scores.values.shape, dtype=torch.bool)
        for clip, filename in enumerate(scores.filenames):
            frames = slice(scores.starts[clip], scores.starts[clip + 1])
            events = [Event(row["onset"], row["offset"], row["event_label"]) for row in references.get(filename, [])]
            times = (scores.onsets[frames], scores.offsets[frames])
            strong[:, frames] = touched_frames(events, outputs.present, *times, self.last_frame).bool()
        probs = torch.from_numpy(scores.values.astype(np.float32, copy=False))
        return [(self.name, Ranking(outputs.present, probs.T, strong.T, torch.from_numpy(scores.clip), RANKED))]

    def validation_scores(self, predictions: ClipPredictions) -> Mapping[str, float]:
        if not predictions.strong:
            return {}
        labels, rate = predictions.labels, predictions.frames_per_second
        strong = [
            frame_targets(events, labels, probs.shape[1], rate, self.last_frame)
            for events, probs in zip(predictions.events, predictions.frame_probs, strict=True)
        ]
        return frame_ranking(labels, predictions.frame_probs, strong).scores(self.name)


def touched_frames(
    events: Sequence[Event], labels: Sequence[str], onsets: Array, offsets: Array, last_frame: bool = True
) -> Tensor:
    """Activity per frame, for frames at any times: a frame is active where an event touches it.

    Args:
        events: strong labels of a clip.
        labels: event classes.
        onsets: `(time,)`, the beginning of each frame in seconds.
        offsets: `(time,)`, the end of each frame in seconds.
        last_frame: whether the frame in which an event ends is active.

    Returns:
        `(class, time)` 0/1.
    """
    target = torch.zeros(len(labels), len(onsets))
    for event in events:
        touched = (event.onset < offsets) & (event.offset >= (onsets if last_frame else offsets))
        target[labels.index(event.event_label), torch.from_numpy(touched)] = 1
    return target


def frame_ranking(labels: Sequence[str], frame_probs: Sequence[Tensor], strong: Sequence[Tensor]) -> Ranking:
    """Average precision, equal error rate and area under the ROC, over the frames of all clips.

    Args:
        labels: event classes.
        frame_probs: `(class, time)` in [0, 1] for each clip.
        strong: `(class, time)` 0/1 for each clip.
    """
    clip = torch.cat([torch.full((probs.shape[1],), number) for number, probs in enumerate(frame_probs)])
    return Ranking(labels, torch.cat(list(frame_probs), 1).T, torch.cat(list(strong), 1).T, clip, RANKED)
