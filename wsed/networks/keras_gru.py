"""The recurrent layer of Keras 2.0, for published systems that were trained with it."""

import torch
from torch import Tensor, nn


class KerasGru(nn.Module):
    """The bidirectional GRU of Keras 2.0, with any activation of the candidate state.

    It differs from `torch.nn.GRU`: gates are `clip(0.2 x + 0.5, 0, 1)`, the reset gate acts before the recurrent
    weights, `h~ = act(W x + U (r h) + b)`, the state is `z h + (1 - z) h~`, and each gate has a single bias. It is many
    times slower, because it loops over time in Python.

    Args:
        in_channels: size of the `channel` axis of the input.
        units: units of each direction.
        candidate: activation of the candidate state.
    """

    def __init__(self, in_channels: int, units: int, candidate: nn.Module) -> None:
        super().__init__()
        self.units = units
        self.candidate = candidate
        # For each direction: update gate, reset gate and candidate, in this order.
        self.inputs = nn.ModuleList(nn.Linear(in_channels, 3 * units) for _ in range(2))
        self.weight_hh = nn.ParameterList(nn.Parameter(torch.empty(units, 3 * units)) for _ in range(2))
        for layer in self.inputs:
            assert isinstance(layer, nn.Linear)
            nn.init.zeros_(layer.bias)

    def forward(self, sequence: Tensor) -> tuple[Tensor, None]:
        """Runs both directions.

        Args:
            sequence: `(batch, time, channel)`.

        Returns:
            `(batch, time, 2 * units)`, the forward direction first; and None in place of the last state, so that it is
            called like `torch.nn.GRU`.
        """
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
