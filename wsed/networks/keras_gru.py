"""The recurrent layer of Keras 2.0, for published systems that were trained with it."""

import torch
from torch import Tensor, nn


class KerasGru(nn.Module):
    """A bidirectional GRU as Keras 2.0 has it, with any activation of the candidate state.

    It differs from torch's: gates are `clip(0.2 x + 0.5, 0, 1)`, the reset gate acts before the recurrent weights,
    `h~ = act(W x + U (r h) + b)`, the state is `z h + (1 - z) h~`, and a gate has one bias. It loops over time, so that
    it takes many times as long.

    Args:
        before: size of the input.
        units: of each direction.
        candidate: activation of the candidate state.
    """

    def __init__(self, before: int, units: int, candidate: nn.Module) -> None:
        super().__init__()
        self.units = units
        self.candidate = candidate
        # Update gate, reset gate and candidate, of each direction.
        self.inputs = nn.ModuleList(nn.Linear(before, 3 * units) for _ in range(2))
        self.weight_hh = nn.ParameterList(nn.Parameter(torch.empty(units, 3 * units)) for _ in range(2))
        for layer in self.inputs:
            assert isinstance(layer, nn.Linear)
            nn.init.zeros_(layer.bias)

    def forward(self, sequence: Tensor) -> tuple[Tensor, None]:
        """From `(batch, time, channel)` to `(batch, time, 2 units)`, forward direction first; None as torch's state."""
        both = [self._direction(direction, sequence if direction == 0 else sequence.flip(1)) for direction in range(2)]
        return torch.cat([both[0], both[1].flip(1)], 2), None

    def _direction(self, direction: int, sequence: Tensor) -> Tensor:
        projected = self.inputs[direction](sequence)
        gates_hh, candidate_hh = self.weight_hh[direction].split([2 * self.units, self.units], 1)
        state = projected.new_zeros(len(sequence), self.units)
        states = []
        for step in projected.unbind(1):
            gates, candidate = step.split([2 * self.units, self.units], 1)
            update, reset = (0.2 * (gates + state @ gates_hh) + 0.5).clamp(0, 1).chunk(2, 1)
            new = self.candidate(candidate + (reset * state) @ candidate_hh)
            state = update * state + (1 - update) * new
            states.append(state)
        return torch.stack(states, 1)
