"""Clip-based scores, of the ranking of tags and of the tags above their thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from wsed.checks.ranges import Text
from wsed.metrics.base import BootstrappedMetric, Statistics
from wsed.metrics.counts import Counts, count_measures
from wsed.metrics.intermediate_statistics import reference_counts
from wsed.metrics.lwlrap import Lwlrap
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import ClipPredictions, Outputs
from wsed.metrics.threshold_free import Ranking, ranking_measures

RANKED = ("ap", "auroc")
SET = ("f1", "precision", "recall")


@dataclass(frozen=True)
class ClipBased(BootstrappedMetric):
    """AT-mAP, area under the ROC and lwlrap; with tag thresholds, F1, precision and recall as well.

    The true tags of a clip are the classes of its events in the reference.

    Attributes:
        name: first part of the names of the scores.
    """

    name: Text = "tagging"

    inputs = ("tags",)
    in_validation = True

    def measures(self) -> Sequence[Measure]:
        lwlrap = f"{self.name}/lwlrap"
        return [
            *ranking_measures(self.name, RANKED, {"ap": "AT-mAP"}),
            *count_measures(self.name, SET),
            Measure(lwlrap, lwlrap, shown=False),
        ]

    def statistics(self, outputs: Outputs) -> Sequence[tuple[str, Statistics]]:
        assert outputs.tags is not None
        number, _ = reference_counts(outputs.reference, outputs.labels, outputs.filenames)
        weak = torch.from_numpy(number > 0).float()
        tags = outputs.tags.set_index("filename").loc[list(outputs.filenames), list(outputs.labels)]
        probs = torch.from_numpy(tags.to_numpy(dtype=np.float32))
        found: list[tuple[str, Statistics]] = [(self.name, tag_ranking(outputs.labels, probs, weak))]
        if outputs.tag_thresholds is not None:
            found.append((self.name, tag_counts(outputs.labels, probs, weak, outputs.tag_thresholds)))
        return [*found, (f"{self.name}/lwlrap", Lwlrap(probs.double().numpy(), weak.double().numpy()))]

    def validation_scores(self, predictions: ClipPredictions) -> Mapping[str, float]:
        probs, weak = torch.stack(predictions.clip_probs), torch.stack(predictions.weak)
        return tag_ranking(predictions.labels, probs, weak).scores(self.name)

    def parameters(self, outputs: Outputs) -> dict[str, float | str]:
        return {f"tag_threshold/{label}": value for label, value in (outputs.tag_thresholds or {}).items()}


def tag_ranking(labels: Sequence[str], clip_probs: Tensor, weak: Tensor) -> Ranking:
    """Average precision and area under the ROC of tags.

    Args:
        labels: event classes.
        clip_probs: `(clip, class)` in [0, 1].
        weak: `(clip, class)` 0/1.
    """
    return Ranking(labels, clip_probs, weak, torch.arange(len(clip_probs)), RANKED)


def tag_counts(labels: Sequence[str], clip_probs: Tensor, weak: Tensor, thresholds: Mapping[str, float]) -> Counts:
    """Tags above their threshold, for F1, precision and recall.

    `macro` F1 is the mean of the classes' F1; DCASE 2017's script computes it from the mean precision and the mean
    recall.

    Args:
        labels: event classes.
        clip_probs: `(clip, class)` in [0, 1].
        weak: `(clip, class)` 0/1.
        thresholds: threshold of each class; a clip has a tag if the probability is above it.
    """
    true = weak.double().numpy()
    tagged = (clip_probs.double() > torch.tensor([thresholds[label] for label in labels]).double()).double().numpy()
    return Counts(tuple(labels), true, tagged, true * tagged, None, SET)
