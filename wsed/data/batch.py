"""Batches of clips with their labels, the input of a system."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from wsed.data.merging import merge_events
from wsed.prediction import Event


class Plan(Protocol):
    """A record of how a clip was mixed, which can be saved."""

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON types."""
        ...


@dataclass
class Batch:
    """Clips with their labels. All clips have the same number of samples.

    Attributes:
        filenames: `NAME.wav`, unique in the split.
        waveform: `(batch, samples)` float32 in [-1, 1].
        weak: `(batch, class)` 0/1, presence in the clip.
        background: `(batch,)` 0/1, whether the clip has a background.
        events: the strong labels of each clip; empty for a clip whose strong labels are not known. Events of one class
            that touch or overlap are merged.
        plans: how each clip was mixed; empty if the clips were not mixed.
        sources: `(batch, class, samples)`, the part of the waveform that each class adds; None if not known.
        background_source: `(batch, samples)`, the part that the background adds; None if not known.
        lengths: `(batch,)` int64, number of samples of each clip without padding; None if no clip is padded.
        has_strong: `(batch,)` bool, whether the strong labels of each clip are known; if not, only `weak` is known.
    """

    filenames: list[str]
    waveform: Tensor
    weak: Tensor
    background: Tensor
    events: list[list[Event]]
    plans: Sequence[Plan]
    sources: Tensor | None = None
    background_source: Tensor | None = None
    lengths: Tensor | None = None
    has_strong: Tensor = field(kw_only=True)

    def __post_init__(self) -> None:
        self.events = [merge_events(events) for events in self.events]

    def to(self, device: torch.device) -> "Batch":
        """The same batch with its tensors on a device; a GPU fetches those in pinned memory while it computes."""
        return self._with(lambda tensor: tensor.to(device, non_blocking=torch.device(device).type == "cuda"))

    def pin_memory(self) -> "Batch":
        """The same batch with its tensors in pinned memory; PyTorch's loaders call this."""
        return self._with(Tensor.pin_memory)

    def _with(self, change: Callable[[Tensor], Tensor]) -> "Batch":
        changed: dict[str, Any] = {
            field.name: change(value)
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), Tensor)
        }
        return replace(self, **changed)
