"""Full precision inside of mixed precision."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def full_precision(tensor: Tensor) -> "AbstractContextManager[object]":
    """A context in which operations on the device of a tensor are not cast to half precision.

    Tensors without data (`meta`), by which memory is estimated, are never cast.
    """
    return nullcontext() if tensor.is_meta else torch.autocast(tensor.device.type, enabled=False)
