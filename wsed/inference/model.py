"""A trained system in use: `wsed.load(...)` gives one."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from wsed.data.audio.io import RATES
from wsed.data.audio.streams import Channels, Samples, stream_of
from wsed.errors import UserError, did_you_mean
from wsed.inference.analysis import Analysis
from wsed.inference.predictor import Predictor
from wsed.inference.trained import Trained
from wsed.postprocessing.base import Postprocessing
from wsed.postprocessing.thresholds import Thresholds

REST = "rest"
"""The name of what no class accounts for."""

Audio = NDArray[Any] | Tensor


@dataclass(frozen=True)
class Model:
    """A trained system with all that its use needs.

    Attributes:
        system: the system.
        postprocessing: turns its scores into events.
        clip_seconds: length of the clips that it was trained with, in seconds. Longer recordings are cut into windows
            of this length, which overlap.
        precision: of the network, as in Lightning.
        overlap: share of a window that the next one overlaps, from 0 to 0.5.
        batch_size: number of windows in a batch.
        digest: identifies the file that the model was loaded from.
    """

    system: Trained
    postprocessing: Postprocessing
    clip_seconds: float
    precision: str = "32-true"
    overlap: float = 0.5
    batch_size: int = 8
    digest: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The event classes."""
        return self.system.labels

    @property
    def sample_rate(self) -> int:
        """Hz. Recordings of other rates are resampled to it."""
        return self.system.features.sample_rate

    @property
    def separates(self) -> bool:
        """Whether the system has masks."""
        return self.system.separates

    def detect(
        self,
        audio: Audio,
        sample_rate: int,
        classes: Sequence[str] | None = None,
        threshold: float | None = None,
        channels: Channels = "mean",
    ) -> pd.DataFrame:
        """The events in a recording.

        Args:
            audio: `(samples,)` or `(channel, samples)`, floats in [-1, 1].
            sample_rate: Hz.
            classes: the classes that are wanted; None for all.
            threshold: replaces the thresholds of the post-processing, from 0 to 1.
            channels: `mean`, `left`, `right`, or `each` for events of each channel by itself.

        Returns:
            `onset offset event_label score`, in the order of the onsets; times in seconds, scores in [0, 1]. With
            `each` there is another column `channel`, from 1.

        Raises:
            UserError: the audio cannot be used, or a class is unknown.
        """
        wanted, postprocessing = self.check_classes(classes), self.with_threshold(threshold)
        with self._analysed(audio, sample_rate, channels) as analysis:
            return analysis.events(postprocessing, wanted)

    def scores(self, audio: Audio, sample_rate: int, channels: Channels = "mean") -> pd.DataFrame:
        """The frame probabilities of a recording, before calibration.

        Args:
            audio: `(samples,)` or `(channel, samples)`, floats in [-1, 1].
            sample_rate: Hz.
            channels: `mean`, `left` or `right`.

        Returns:
            `onset offset` and a column for each class, as in the files of sed_scores_eval.

        Raises:
            UserError: the audio cannot be used.
        """
        if channels == "each":
            raise UserError("channels=each: scores are those of one signal; give mean, left or right")
        with self._analysed(audio, sample_rate, channels) as analysis:
            return pd.concat(list(analysis.detections[0].probabilities()), ignore_index=True)

    def separate(self, audio: Audio, sample_rate: int, classes: Sequence[str] | None = None) -> dict[str, Any]:
        """The sounds of a recording.

        The masks are those of the mean of the channels.

        Args:
            audio: `(samples,)` or `(channel, samples)`, floats in [-1, 1].
            sample_rate: Hz.
            classes: the classes that are wanted; None for those that `detect` finds.

        Returns:
            The source of each class by label, in the shape and kind of `audio`; and `rest`, what is left. All of them
            sum to the recording.

        Raises:
            UserError: the audio cannot be used, a class is unknown, or the system has no masks.
        """
        wanted = self.check_classes(classes)
        samples = as_samples(audio, sample_rate)
        predictor = self.predictor(with_masks=True)
        parts: list[NDArray[np.float32]] = []
        analysis = Analysis(predictor, stream_of(samples, sample_rate), "mean", write=parts.append)
        with closing(analysis):
            analysis.read()
            predictor.flush()
            found = analysis.events(self.postprocessing)["event_label"].unique()
        sources = np.concatenate(parts, 2)
        kept = [label for label in self.labels if label in (found if wanted is None else wanted)]
        named = {label: sources[self.labels.index(label)] for label in kept}
        named[REST] = samples - sum(named.values(), np.zeros_like(samples))
        return {name: _like(audio, source) for name, source in named.items()}

    def predictor(self, with_masks: bool = False) -> Predictor:
        """A new predictor, which may serve many recordings.

        Raises:
            UserError: masks are needed and the system has none.
        """
        if with_masks and not self.separates:
            raise UserError(
                f"separate: {type(self.system).__name__} has no masks and cannot separate; use a system that has, "
                "such as model=jsc"
            )
        return Predictor(
            self.system,
            self.postprocessing,
            self.clip_seconds,
            self.overlap,
            self.batch_size,
            with_masks,
            self.precision,
        )

    def check_classes(self, classes: Sequence[str] | None) -> Sequence[str] | None:
        """The classes that are wanted, unchanged.

        Raises:
            UserError: one of them is unknown.
        """
        for name in classes or ():
            if name not in self.labels:
                hint = did_you_mean(name, self.labels)
                raise UserError(f"classes: {name} is no class of the system, which has {', '.join(self.labels)}.{hint}")
        return classes

    def with_threshold(self, threshold: float | None) -> Postprocessing:
        """The post-processing, with another threshold for all classes.

        Raises:
            UserError: the threshold is not from 0 to 1, or the post-processing has none.
        """
        if threshold is None:
            return self.postprocessing
        if not 0 <= threshold <= 1:
            raise UserError(f"threshold={threshold}: must be from 0 to 1")
        if not isinstance(self.postprocessing, Thresholds):
            raise UserError(
                f"threshold={threshold}: {type(self.postprocessing).__name__} has no threshold; leave it out"
            )
        return replace(self.postprocessing, threshold=threshold)

    @contextmanager
    def _analysed(self, audio: Audio, sample_rate: int, channels: Channels) -> Iterator[Analysis]:
        predictor = self.predictor()
        analysis = Analysis(predictor, stream_of(as_samples(audio, sample_rate), sample_rate), channels)
        with closing(analysis):
            analysis.read()
            predictor.flush()
            yield analysis


def as_samples(audio: Audio, sample_rate: int) -> Samples:
    """Audio as `(channel, samples)` float32.

    Args:
        audio: `(samples,)` or `(channel, samples)`, floats in [-1, 1].
        sample_rate: Hz.

    Raises:
        UserError: the shape, the type or the rate cannot be that of audio, or a sample is not finite.
    """
    if sample_rate not in RATES:
        raise UserError(f"sample_rate={sample_rate}: must be a whole number from {RATES[0]} to {RATES[-1]} Hz")
    array = audio.detach().cpu().numpy() if isinstance(audio, Tensor) else np.asarray(audio)
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or not array.size:
        raise UserError(f"audio: has the shape {tuple(array.shape)}; it must be (samples,) or (channel, samples)")
    if array.shape[0] > array.shape[1]:
        raise UserError(
            f"audio: has the shape {tuple(array.shape)}, more channels than samples; give (channel, samples), as by "
            "audio.T"
        )
    if not np.issubdtype(array.dtype, np.floating):
        raise UserError(f"audio: has the type {array.dtype}; give floats in [-1, 1], as by audio / 32768 for int16")
    if not np.isfinite(array).all():
        raise UserError("audio: has samples that are not finite; replace them")
    return np.ascontiguousarray(array, np.float32)


def _like(audio: Audio, samples: Samples) -> Audio:
    """Samples in the shape and kind of the audio that was given."""
    shaped = samples[0] if audio.ndim == 1 else samples
    return torch.from_numpy(np.ascontiguousarray(shaped)) if isinstance(audio, Tensor) else shaped
