"""Batch norm over the batch of all devices.

torch.nn.SyncBatchNorm does the same on GPUs only; training on several CPU processes has to equal training on one, too.
"""

import torch
from pytorch_lightning.plugins import LayerSync
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce


class SyncBatchNorms(LayerSync):
    """Replaces the batch norms of a model, so that training on several devices equals training on one."""

    def apply(self, model: nn.Module) -> nn.Module:
        for module in model.modules():
            if type(module) is nn.BatchNorm2d:
                module.__class__ = SyncBatchNorm2d
        return model

    def revert(self, model: nn.Module) -> nn.Module:
        for module in model.modules():
            if type(module) is SyncBatchNorm2d:
                module.__class__ = nn.BatchNorm2d  # type: ignore[assignment]  # what it was before
        return model


class SyncBatchNorm2d(nn.BatchNorm2d):
    """Batch norm with the mean and the variance over all processes, which hold equal shares of a batch."""

    def forward(self, maps: Tensor) -> Tensor:
        """`(batch, channel, time, freq)` to the same shape."""
        if not self.training or not torch.distributed.is_initialized():
            normed: Tensor = super().forward(maps)
            return normed
        with torch.autocast(maps.device.type, enabled=False):
            cells = maps.float()
            count = cells.numel() / cells.shape[1] * torch.distributed.get_world_size()
            mean: Tensor = all_reduce(cells.sum((0, 2, 3))) / count  # type: ignore[no-untyped-call]  # torch has no hints
            centred = cells - mean[:, None, None]
            squares = centred.square().sum((0, 2, 3))
            variance: Tensor = all_reduce(squares) / count  # type: ignore[no-untyped-call]  # as above
            assert self.running_mean is not None
            assert self.running_var is not None
            assert self.num_batches_tracked is not None
            assert self.momentum is not None
            with torch.no_grad():
                self.num_batches_tracked += 1
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * count / (count - 1), self.momentum)
            scale = self.weight * (variance + self.eps).rsqrt()
            return (centred * scale[:, None, None] + self.bias[:, None, None]).to(maps.dtype)
