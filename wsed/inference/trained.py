"""What the use of a trained system needs of it, whether PyTorch runs it or another program."""

from typing import Protocol

import torch
from torch import Tensor

from wsed.features.base import Features
from wsed.prediction import Prediction
from wsed.systems.card import ModelCard


class Trained(Protocol):
    """A system in evaluation mode, such as `wsed.systems.base.System` or an export that was read back."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Event classes in the order of the `class` axis."""

    @property
    def features(self) -> Features:
        """Gives the sample rate, the frames, and the STFT that masks belong to."""

    @property
    def time_reduction(self) -> int:
        """Number of frames of the shortest clip that it takes."""

    @property
    def reach(self) -> int | None:
        """Number of frames before and after a frame that its prediction depends on; None for all of the clip."""

    @property
    def separates(self) -> bool:
        """Whether its predictions have masks."""

    @property
    def device(self) -> torch.device:
        """Where it takes waveforms."""

    @property
    def card(self) -> ModelCard | None:
        """What its use needs to know about its training."""

    def __call__(self, waveform: Tensor, /) -> Prediction:
        """The prediction of a batch of waveforms, `(batch, samples)` float32 in [-1, 1]."""
