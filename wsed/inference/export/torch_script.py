"""Export to TorchScript, which PyTorch alone runs, in Python and in C++.

`torch.export` unrolls recurrent layers to a fixed number of frames, so that it cannot take recordings of any length.
"""

import io
import warnings
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from wsed.inference.export.base import ExportFormat, Run
from wsed.inference.export.facts import KEY
from wsed.inference.export.outputs import Outputs, StandIns
from wsed.inference.export.stand_ins import COMMON
from wsed.networks.keras_gru import KerasGru


def keras_states(projected: Tensor, weight: Tensor, sigmoid: bool) -> Tensor:
    """The loop of `KerasGru`; it is compiled, because tracing would unroll it.

    Args:
        projected: `(batch, time, 3 * units)`.
        weight: `(units, 3 * units)`.
        sigmoid: whether the candidate state has a sigmoid.

    Returns:
        `(batch, time, units)`.
    """
    units = weight.shape[0]
    state = torch.zeros([projected.shape[0], units], dtype=projected.dtype, device=projected.device)
    states: list[Tensor] = []
    for frame in range(projected.shape[1]):
        step = projected[:, frame]
        gates = (0.2 * (step[:, : 2 * units] + state @ weight[:, : 2 * units]) + 0.5).clamp(0, 1)
        update, reset = gates[:, :units], gates[:, units:]
        new = step[:, 2 * units :] + (reset * state) @ weight[:, 2 * units :]
        if sigmoid:
            new = torch.sigmoid(new)
        state = update * state + (1 - update) * new
        states.append(state)
    return torch.stack(states, 1)


class LoopedKerasGru(nn.Module):
    """A `KerasGru` for any number of frames.

    Args:
        gru: the original.
    """

    def __init__(self, gru: KerasGru) -> None:
        super().__init__()
        if not isinstance(gru.candidate, nn.Identity | nn.Sigmoid):
            raise TypeError(f"the candidate {type(gru.candidate).__name__} is neither Identity nor Sigmoid")
        self.inputs, self.weight_hh = gru.inputs, gru.weight_hh
        self.sigmoid = isinstance(gru.candidate, nn.Sigmoid)
        with warnings.catch_warnings(action="ignore"):
            self.states: Any = torch.jit.script(keras_states)

    def forward(self, sequence: Tensor) -> tuple[Tensor, None]:
        """See `KerasGru`."""
        ahead = self.states(self.inputs[0](sequence), self.weight_hh[0], self.sigmoid)
        back = self.states(self.inputs[1](sequence.flip(1)), self.weight_hh[1], self.sigmoid)
        return torch.cat([ahead, back.flip(1)], 2), None


class TorchScript(ExportFormat):
    """Writes a `.pt` file with the extra file `wsed.json`."""

    suffix = ".pt"
    stand_ins: ClassVar[StandIns] = {**COMMON, KerasGru: LoopedKerasGru}

    def convert(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> Any:
        """See `ExportFormat`."""
        with torch.no_grad(), warnings.catch_warnings(action="ignore"):
            return torch.jit.trace(module, inputs, check_trace=False)  # type: ignore[no-untyped-call]

    def write(self, outputs: Outputs, example: Tensor, facts: str, path: Path) -> None:
        """See `ExportFormat`."""
        # Tracing reads every attribute, and that of the trainer fails without one.
        outputs.system._jit_is_scripting = True
        traced = self.convert(outputs, (example,))
        buffer = io.BytesIO()
        with warnings.catch_warnings(action="ignore"):
            torch.jit.save(traced, buffer, _extra_files={f"{KEY}.json": facts})
        path.write_bytes(buffer.getvalue())

    def opened(self, path: Path) -> Run:
        """See `ExportFormat`."""
        with warnings.catch_warnings(action="ignore"):
            loaded = torch.jit.load(path, map_location="cpu")  # type: ignore[no-untyped-call]

        def run(waveform: Tensor) -> list[Any]:
            with torch.inference_mode():
                return [output.numpy() for output in loaded(waveform)]

        return run
