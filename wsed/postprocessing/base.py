"""The interfaces of post-processing, with given and with fitted parameters."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from wsed.errors import UserError
from wsed.metrics.outputs import Outputs


class AnyPostprocessing:
    """Post-processing whose parameters are given, or are fitted first."""

    def check_labels(self, labels: Sequence[str]) -> None:  # most have no values by class
        """Checks that values by class are for these classes.

        Raises:
            UserError: a class has no value, or a value is for another class.
        """


class Postprocessing(AnyPostprocessing, ABC):
    """Turns frame probabilities into events, and sets the thresholds of tags.

    A subclass is a dataclass, so that a run folder can hold its parameters.

    Attributes:
        needs_tags: whether `calibrate` reads the clip probabilities.
    """

    needs_tags: ClassVar[bool] = False

    def calibrate(self, frame_probs: Tensor, clip_probs: Tensor, labels: Sequence[str]) -> Tensor:
        """Scores that `events` compares with its thresholds; the frame probabilities unless a subclass changes them.

        Args:
            frame_probs: `(batch, class, time)` in [0, 1], of one clip each.
            clip_probs: `(batch, class)` in [0, 1].
            labels: event classes in the order of the `class` axis.

        Returns:
            `(batch, class, time)` in [0, 1].
        """
        return frame_probs

    @abstractmethod
    def events(self, scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """The events of every clip.

        Args:
            scores: frame probabilities of each clip by filename, `onset offset` and a column for each class; all frames
                have the same length.

        Returns:
            `filename onset offset event_label`; a clip without events has a row with only its name.
        """

    def detect(self, scores: Mapping[str, pd.DataFrame], tags: pd.DataFrame | None) -> pd.DataFrame:
        """The events of every clip, from its frame and clip probabilities.

        Args:
            scores: frame probabilities of each clip by filename, `onset offset` and a column for each class.
            tags: clip probabilities, `filename` and a column for each class; None if they are not known.

        Returns:
            See `events`.

        Raises:
            UserError: the clip probabilities are needed.
        """
        if tags is None:
            if self.needs_tags:
                raise UserError(f"postprocessing: {type(self).__name__} needs clip probabilities as well; add --tags")
            return self.events(scores)
        return self.events(self.calibrated(scores, tags))

    def calibrated(self, scores: Mapping[str, pd.DataFrame], tags: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """The scores of every clip after `calibrate`; see `detect` for the arguments."""
        rows = tags.set_index("filename").to_dict("index")
        return {name: self._calibrated(table, rows[name]) for name, table in scores.items()}

    def _calibrated(self, table: pd.DataFrame, tags: Mapping[Hashable, float]) -> pd.DataFrame:
        """The scores of a clip after `calibrate`."""
        labels = list(table.columns[2:])
        probs = torch.from_numpy(table[labels].to_numpy(float).T)
        clip_probs = torch.tensor([tags[label] for label in labels], dtype=torch.float64)
        scores = self.calibrate(probs[None], clip_probs[None], labels)[0]
        return with_scores(table, scores.numpy().T)

    @abstractmethod
    def tag_thresholds(self, labels: Sequence[str]) -> dict[str, float]:
        """The threshold of the tag of each class, by label."""

    def description(self) -> dict[str, Any]:
        """The class and its parameters in plain Python, from which `instantiate` builds the same post-processing."""
        assert dataclasses.is_dataclass(self)
        return {"_target_": f"{type(self).__module__}.{type(self).__qualname__}", **dataclasses.asdict(self)}


class FittedPostprocessing(AnyPostprocessing, ABC):
    """Post-processing with parameters that are fitted on validation clips, or on training clips if there are none."""

    @abstractmethod
    def fit(self, outputs: Outputs, trained_on: bool) -> Postprocessing:
        """The post-processing with the fitted parameters.

        Args:
            outputs: the predictions for these clips, with tags and frame probabilities.
            trained_on: whether the system was trained on these clips.
        """


def with_scores(table: pd.DataFrame, values: NDArray[np.floating]) -> pd.DataFrame:
    """The scores of a clip with other values, in one step: pandas takes long for many columns one by one.

    Args:
        table: `onset offset` and a column for each class.
        values: `(time, class)`.
    """
    changed = pd.DataFrame(values, index=table.index)
    for place, name in enumerate(("onset", "offset")):
        changed.insert(place, name, table[name])
    changed.columns = table.columns
    return changed
