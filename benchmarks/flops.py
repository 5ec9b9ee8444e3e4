"""Counts operations of convolutions and matrix products; a product and a sum are two."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, conv_flop_count


def flops(run: Callable[[], object]) -> int:
    """The operations of a function, on tensors with or without data (`meta`)."""
    counter = FlopCounterMode(display=False, custom_mapping={torch.ops.aten.convolution_backward: _gradients})
    with counter:
        run()
    return int(counter.get_total_flops())


def _gradients(
    grad_shape: Sequence[int], input_shape: Sequence[int], weight_shape: Sequence[int], *rest: Any, **named: Any
) -> int:
    """Each gradient takes as many as the convolution; PyTorch counts too many where channels are apart.

    Args:
        grad_shape: of the gradient of the output.
        input_shape: of the input.
        weight_shape: of the weights.
        rest: bias, stride, padding, dilation, transposed, output padding, groups, and which gradients are wanted.
        named: the shapes of these gradients.
    """
    transposed, wanted = rest[4], rest[7]
    each: int = conv_flop_count(list(input_shape), list(weight_shape), list(grad_shape), transposed)
    return each * int(sum(wanted[:2]))
