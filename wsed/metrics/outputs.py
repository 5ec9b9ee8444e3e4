"""Predictions of a system for a set of clips: the tables that metrics score, and the tensors they are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from wsed.metrics.frame_scores import FrameScores, frame_scores
from wsed.prediction import Event

TIMED = frozenset({"scores", "events", "points"})
"""Inputs that can be scored only with true onsets and offsets."""


@dataclass(frozen=True)
class Outputs:
    """The reference, and the predictions of a system in the field's formats; None for those that are not known.

    Attributes:
        labels: event classes; a class that the reference lacks has no score.
        filenames: names of all clips, including those without events.
        reference: the true events, `filename onset offset event_label`; a clip without events may have a row with only
            its name.
        durations: seconds of every clip, by filename.
        tags: clip probabilities, `filename` and a column for each class.
        tag_thresholds: threshold of each class; a clip has a tag if the probability is above it.
        scores: frame probabilities of each clip by filename, `onset offset` and a column for each class.
        events: the detected events, in the columns of the reference.
        points: the detected events of each operating point, by threshold.
        separation: SDR, SIR, SAR, SI-SDR and level in dB, `filename source method sdr sir sar si_sdr level`.
        strong: whether the reference has true onsets and offsets. Otherwise its events are tags, which last from the
            beginning to the end of a clip, and only tags can be scored.
    """

    labels: tuple[str, ...]
    filenames: Sequence[str]
    reference: pd.DataFrame
    durations: Mapping[str, float] | None = None
    tags: pd.DataFrame | None = None
    tag_thresholds: Mapping[str, float] | None = None
    scores: Mapping[str, pd.DataFrame] | None = None
    events: pd.DataFrame | None = None
    points: Mapping[float, pd.DataFrame] | None = None
    separation: pd.DataFrame | None = None
    strong: bool = True

    def has(self, name: str) -> bool:
        """Whether an input is known and there is something to score it against."""
        if (name in TIMED and not self.strong) or (name == "scores" and not self.present):
            return False
        return getattr(self, name) is not None

    @cached_property
    def present(self) -> tuple[str, ...]:
        """The classes that the reference has."""
        known = set(self.reference["event_label"].dropna())
        return tuple(label for label in self.labels if label in known)

    @cached_property
    def present_scores(self) -> FrameScores:
        """The frame probabilities of the classes that the reference has, in the order of `filenames`."""
        assert self.scores is not None
        return frame_scores(self.scores, self.filenames, self.present)


@dataclass
class ClipPredictions:
    """Predictions and labels of each clip, as tensors.

    Attributes:
        labels: event classes in the order of the `class` axis.
        frames_per_second: frame rate of `frame_probs`.
        filenames: names of the clips.
        events: strong labels of each clip; empty if they are not known.
        durations: seconds of every clip, by filename.
        clip_probs: `(class,)` in [0, 1] for each clip.
        weak: `(class,)` 0/1 for each clip.
        frame_probs: `(class, time)` in [0, 1] for each clip, without padding.
        strong: whether the strong labels of all clips are known.
    """

    labels: tuple[str, ...]
    frames_per_second: float
    filenames: list[str] = field(default_factory=list)
    events: list[list[Event]] = field(default_factory=list)
    durations: dict[str, float] = field(default_factory=dict)
    clip_probs: list[Tensor] = field(default_factory=list)
    weak: list[Tensor] = field(default_factory=list)
    frame_probs: list[Tensor] = field(default_factory=list)
    strong: bool = True

    def outputs(self) -> Outputs:
        """The predictions as tables; there are no events, because nothing is post-processed here."""
        return Outputs(
            self.labels,
            self.filenames,
            self.reference(),
            durations=self.durations,
            tags=self.tags(),
            scores=self.scores(),
            strong=self.strong,
        )

    def reference(self) -> pd.DataFrame:
        """The true events, `filename onset offset event_label`; a clip without events has a row with only its name.

        Without strong labels, a tag is an event from the beginning to the end of the clip.
        """
        # The row of a clip without events, as in DESED.
        empty: list[tuple[object, ...]] = [(None, None, None)]
        rows = [
            (filename, *event)
            for filename, events, weak in zip(self.filenames, self.events, self.weak, strict=True)
            for event in (events if self.strong else self._tagged(filename, weak)) or empty
        ]
        table = pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])
        return table.astype({"onset": float, "offset": float, "event_label": object})

    def scores(self) -> dict[str, pd.DataFrame]:
        """Frame probabilities of each clip in the format of sed_scores_eval: `onset offset` and a column per class."""
        # One index for all tables, which need more memory for their own than for a short clip.
        columns = pd.Index(["onset", "offset", *self.labels], dtype=object)
        return {
            filename: _score_table(probs, columns, self.frames_per_second)
            for filename, probs in zip(self.filenames, self.frame_probs, strict=True)
        }

    def tags(self) -> pd.DataFrame:
        """Clip probabilities, `filename` and a column for each class."""
        table = pd.DataFrame(torch.stack(self.clip_probs).numpy(), columns=list(self.labels))
        table.insert(0, "filename", self.filenames)
        return table

    def _tagged(self, filename: str, weak: Tensor) -> list[Event]:
        tags = (label for label, present in zip(self.labels, weak.tolist(), strict=True) if present)
        return [Event(0.0, self.durations[filename], label) for label in tags]


def _score_table(frame_probs: Tensor, columns: pd.Index, frames_per_second: float) -> pd.DataFrame:
    times = np.arange(frame_probs.shape[1] + 1) / frames_per_second
    table = pd.DataFrame(frame_probs.T.numpy())
    for place, edges in enumerate((times[:-1], times[1:])):
        table.insert(place, columns[place], edges)
    table.columns = columns
    return table
