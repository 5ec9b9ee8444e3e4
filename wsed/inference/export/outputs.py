"""A system as it is exported: waveforms in, tensors out."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn

from wsed.systems.base import System

NAMES = ("clip_probs", "frame_probs", "masks")
"""Outputs in their order; systems without masks have the first two."""

StandIns = Mapping[type[nn.Module], Callable[[Any], nn.Module]]
"""By class of a layer, what makes a layer with the same outputs that can be exported."""


class Outputs(nn.Module):
    """Gives the outputs of a system as a tuple of tensors.

    Args:
        system: the system.
    """

    def __init__(self, system: System) -> None:
        super().__init__()
        self.system = system

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return NAMES if self.system.separates else NAMES[:2]

    def forward(self, waveform: Tensor) -> tuple[Tensor, ...]:
        """From `(batch, samples)` to `(batch, class)`, `(batch, class, time)`, `(batch, class, time, freq)`."""
        prediction = self.system(waveform)
        return tuple(getattr(prediction, name) for name in self.names)


def with_stand_ins(module: nn.Module, stand_ins: StandIns) -> nn.Module:
    """A copy of a module in which layers are replaced; subclasses of the classes stay as they are.

    Args:
        module: the module, which may be replaced itself.
        stand_ins: by class.
    """
    copied = copy.deepcopy(module).requires_grad_(False)
    # Again, for what replaces a layer.
    return _replaced(copied, stand_ins).requires_grad_(False).eval()


def _replaced(module: nn.Module, stand_ins: StandIns) -> nn.Module:
    make = stand_ins.get(type(module))
    if make is not None:
        module = make(module)
    for name, child in module.named_children():
        setattr(module, name, _replaced(child, stand_ins))
    return module
