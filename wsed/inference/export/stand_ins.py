"""Layers that neither format can export as they are written for training, in a way that both can.

No clip is padded in an export, so that every frame is valid.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from wsed.features.mfcc import Mfcc
from wsed.inference.export.outputs import StandIns
from wsed.networks.depthwise import Depthwise
from wsed.networks.gru import Gru
from wsed.pooling.base import Pooling
from wsed.pooling.gwrp import GlobalWeightedRankPooling
from wsed.pooling.top_k import TopKPooling

REACH = 2
"""Frames on each side of the differences of `Mfcc`."""


class RankPooling(Pooling):
    """Mean of sorted cells, weighted by rank. The originals sort with NumPy, or count cells with Python's numbers.

    Args:
        weighs: from the ranks, `(cell,)` from 0, to weights in float64.
    """

    def __init__(self, weighs: nn.Module) -> None:
        super().__init__()
        self.weighs = weighs

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells = probs.flatten(2)
        weights: Tensor = self.weighs(torch.arange(cells.shape[2], device=cells.device)).to(cells.dtype)
        ordered: Tensor = cells.sort(2, descending=True)[0]
        return (ordered * weights).sum(2) / weights.sum()


class Decay(nn.Module):
    """The weights of `GlobalWeightedRankPooling`."""

    base: Tensor

    def __init__(self, decay: float) -> None:
        super().__init__()
        self.register_buffer("base", torch.tensor(decay, dtype=torch.float64))

    def forward(self, ranks: Tensor) -> Tensor:
        return torch.pow(self.base, ranks)


class Largest(nn.Module):
    """The weights of `TopKPooling`: 1 for a share of the cells, rounded up, and 0 for the others."""

    share: Tensor

    def __init__(self, share: float) -> None:
        super().__init__()
        # A plain number would become one of float32 in the graph, and its product another count.
        self.share = nn.Buffer(torch.tensor(share, dtype=torch.float64))

    def forward(self, ranks: Tensor) -> Tensor:
        counted = torch.ones_like(ranks, dtype=torch.float64).sum() * self.share
        # Rounded to six places before, as in the original.
        return (ranks < ((counted * 1e6).round() / 1e6).ceil()).double()


class PlainMfcc(nn.Module):
    """Cepstral features whose differences do not depend on the size of the batch, as those of torchaudio do.

    Args:
        mfcc: the original.
    """

    def __init__(self, mfcc: Mfcc) -> None:
        super().__init__()
        self.mel = mfcc.mel
        self.cosines = nn.Buffer(mfcc.cosines)
        self.mean = nn.Buffer(mfcc.mean)
        self.std = nn.Buffer(mfcc.std)

    def forward(self, waveform: Tensor) -> Tensor:
        coefficients = self.mel(waveform) @ self.cosines
        first = differences(coefficients)
        return (torch.cat([coefficients, first, differences(first)], 2) - self.mean) / self.std


def differences(sequence: Tensor) -> Tensor:
    """Slope of the line through five frames, with repeated edges: `(batch, time, freq)` to the same."""
    padded = functional.pad(sequence.transpose(1, 2), (REACH, REACH), mode="replicate").transpose(1, 2)
    frames = sequence.shape[1]
    total = torch.zeros_like(sequence)
    for step in range(-REACH, REACH + 1):
        total = total + step * padded[:, REACH + step : REACH + step + frames]
    return total / sum(step**2 for step in range(-REACH, REACH + 1))


def plain_gru(gru: Gru) -> nn.GRU:
    """PyTorch's own layer, which takes any number of frames."""
    plain = nn.GRU(gru.input_size, gru.hidden_size, gru.num_layers, batch_first=True, bidirectional=True)
    plain.load_state_dict(gru.state_dict())
    return plain


def plain_depthwise(depthwise: Depthwise) -> nn.Conv2d:
    """PyTorch's own layer, without the detour that is faster in training."""
    channels, (kernel, _), (time, freq) = depthwise.in_channels, depthwise.kernel_size, depthwise.dilation
    plain = nn.Conv2d(channels, channels, kernel, padding="same", dilation=(time, freq), groups=channels, bias=False)
    plain.load_state_dict(depthwise.state_dict())
    return plain


COMMON: StandIns = {
    Gru: plain_gru,
    Depthwise: plain_depthwise,
    GlobalWeightedRankPooling: lambda pooling: RankPooling(Decay(pooling.decay)),
    TopKPooling: lambda pooling: RankPooling(Largest(pooling.share)),
    Mfcc: PlainMfcc,
}
