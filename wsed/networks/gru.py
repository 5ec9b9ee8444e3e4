"""Bidirectional GRUs that are fast on a CPU."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from wsed.networks.dropout import Dropout


class Gru(nn.GRU):
    """The bidirectional `torch.nn.GRU`, with the same weights and numbers, in a few operations a frame on a CPU.

    There PyTorch steps through each direction by itself, records every operation of a frame, and adds to the gradient
    of the weights in every frame. Here both directions take a step together, and the gradient of the weights is one
    product over all frames. Always in full precision.

    Args:
        in_channels: size of the `channel` axis of the input.
        units: units of each direction.
        layers: number of layers, each on the states of the one before.
        dropout: probability between layers, in [0, 1).
    """

    def __init__(self, in_channels: int, units: int, layers: int = 1, dropout: float = 0.0) -> None:
        super().__init__(in_channels, units, layers, batch_first=True, bidirectional=True, dropout=dropout)
        self.between = Dropout(dropout)

    def forward(self, sequence: Tensor) -> tuple[Tensor, None]:
        """Runs both directions, each from a state of 0.

        Args:
            sequence: `(batch, time, channel)`.

        Returns:
            `(batch, time, 2 * units)`, the forward direction first; and None in place of the last state.
        """
        if sequence.is_cuda:
            return nn.GRU.forward(self, sequence)[0], None
        return side_by_side([self], sequence)[0], None


def side_by_side(layers: Sequence[nn.Module], sequence: Tensor) -> list[Tensor]:
    """The states of GRUs of equal size over the same sequence, in as many steps as one of them takes.

    Args:
        layers: the GRUs, or the layers that an export puts in their place.
        sequence: `(batch, time, channel)`.

    Returns:
        For each, `(batch, time, 2 * units)`.
    """
    grus = [layer for layer in layers if isinstance(layer, Gru)]
    if sequence.is_cuda or len(grus) < len(layers):
        return [layer(sequence)[0] for layer in layers]
    with torch.autocast("cpu", enabled=False):
        states = [sequence.to(next(grus[0].parameters()).dtype).transpose(0, 1)] * len(grus)
        for layer in range(grus[0].num_layers):
            if layer:
                states = [gru.between(own) for gru, own in zip(grus, states, strict=True)]
            states = _layer(grus, layer, states)
    return [own.transpose(0, 1) for own in states]


# The compiler would unroll all frames.
@torch.compiler.disable  # type: ignore[untyped-decorator]
def _layer(grus: Sequence[Gru], layer: int, inputs: Sequence[Tensor]) -> list[Tensor]:
    """One layer of each GRU, from `(time, batch, channel)` to `(time, batch, 2 * units)`."""
    weight_ih, weight_hh, bias_ih, bias_hh = (
        torch.stack([getattr(gru, f"{name}_l{layer}{direction}") for gru in grus for direction in ("", "_reverse")])
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    directed = torch.stack([each for own in inputs for each in (own, own.flip(0))])
    projected = torch.baddbmm(bias_ih[:, None], directed.flatten(1, 2), weight_ih.transpose(1, 2))
    by_frame = projected.view(*directed.shape[:3], -1).transpose(0, 1)
    states: Tensor = _Recurrence.apply(by_frame, weight_hh, bias_hh)  # type: ignore[no-untyped-call]
    forward, backward = states[:, ::2].unbind(1), states[:, 1::2].flip(0).unbind(1)
    return [torch.cat(both, 2) for both in zip(forward, backward, strict=True)]


class _Recurrence(torch.autograd.Function):
    """The states of GRUs side by side, from what their inputs add to the gates.

    With the reset gate r, the update gate z and the candidate n of PyTorch's GRU, `h' = n + z (h - n)`.
    """

    @staticmethod
    def forward(ctx: Any, projected: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """From `(time, direction, batch, 3 * units)` to `(time, direction, batch, units)`; the first state is 0."""
        frames, directions, clips, _ = projected.shape
        units = weight.shape[2]
        transposed, added = weight.transpose(1, 2).contiguous(), bias[:, None].expand(-1, clips, -1)
        gates = projected.clone(memory_format=torch.contiguous_format)
        recurrent = gates.new_empty(frames, directions, clips, units)
        states = torch.empty_like(recurrent)
        state = gates.new_zeros(directions, clips, units)
        for frame in range(frames):
            products = torch.baddbmm(added, state, transposed)
            switches, candidate = gates[frame, ..., : 2 * units], gates[frame, ..., 2 * units :]
            switches.add_(products[..., : 2 * units]).sigmoid_()
            recurrent[frame] = products[..., 2 * units :]
            candidate.addcmul_(switches[..., :units], recurrent[frame]).tanh_()
            state = torch.lerp(candidate, state, switches[..., units:], out=states[frame])
        ctx.save_for_backward(gates, recurrent, states, weight)
        return states

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        gates, recurrent, states, weight = ctx.saved_tensors
        before = torch.cat([torch.zeros_like(states[:1]), states[:-1]])
        reset, update, candidate = gates.chunk(3, 3)
        # What the gradient of a state is multiplied by, for each gate, before its nonlinearity.
        to_candidate = (1 - update) * (1 - candidate.square())
        to_update = (before - candidate) * update * (1 - update)
        to_reset = to_candidate * recurrent * reset * (1 - reset)
        factors = torch.stack([to_reset, to_update, to_candidate * reset], 3)
        by_gate, totals = torch.empty_like(factors), torch.empty_like(states)
        later = torch.zeros_like(states[0])
        for frame in range(len(states) - 1, -1, -1):
            total = torch.add(gradients[0][frame], later, out=totals[frame])
            products = torch.mul(factors[frame], total[:, :, None], out=by_gate[frame])
            later = torch.baddbmm(total * update[frame], products.flatten(2), weight)
        of_projected = torch.cat([by_gate[:, :, :, :2].flatten(3), totals * to_candidate], 3)
        together = by_gate.flatten(3).transpose(0, 1).flatten(1, 2)
        of_weight = together.transpose(1, 2) @ before.transpose(0, 1).flatten(1, 2)
        return of_projected, of_weight, together.sum(1)
