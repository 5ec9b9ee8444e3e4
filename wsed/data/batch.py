"""Batch: what the data side hands to a system."""

from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from wsed.data.mixing.plan import MixturePlan
from wsed.prediction import Event


@dataclass
class Batch:
    """Clips with their labels.

    Attributes:
        filenames: one a clip, `NAME.wav`.
        waveform: `(batch, samples)` float32 in [-1, 1].
        weak: `(batch, class)` 0/1.
        background: `(batch,)` 0/1, whether the clip has a background.
        events: strong labels of each clip.
        plans: how each clip was mixed; empty for clips that were not.
        sources: `(batch, class, samples)`, what each class adds to the waveform, or None where it is not known.
        background_source: `(batch, samples)`, what the background adds, or None likewise.
        lengths: `(batch,)`, samples of each clip before it is padded with zeros, or None where no clip is.
        strong: whether `events` is known; otherwise it is empty, and only `weak` says what there is.
    """

    filenames: list[str]
    waveform: Tensor
    weak: Tensor
    background: Tensor
    events: list[list[Event]]
    plans: list[MixturePlan]
    sources: Tensor | None = None
    background_source: Tensor | None = None
    lengths: Tensor | None = None
    strong: bool = True

    @property
    def has_strong(self) -> Tensor:
        """`(batch,)` bool, whether strong labels of each clip are known."""
        return torch.full((len(self.filenames),), self.strong, device=self.weak.device)

    def to(self, device: torch.device) -> "Batch":
        """The same batch with its tensors on a device."""
        moved: dict[str, Any] = {
            field.name: value.to(device)
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), Tensor)
        }
        return replace(self, **moved)
