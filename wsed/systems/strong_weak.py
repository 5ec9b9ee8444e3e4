"""CRNN with strong and weak outputs in sequence (Adavanne and Virtanen, DCASE 2017)."""

import torch
from torch import Tensor, nn

from wsed.systems.frame_system import FrameSystem
from wsed.systems.parts import Parts


class StrongWeak(FrameSystem):
    """Two outputs in sequence: a strong output for each frame, and a weak output that is computed from it.

    The paper's abstract and slides give the order, not the layers of the weak output. Here the strong probabilities are
    pooled over time, then a dense layer with a sigmoid turns them into clip probabilities; with max pooling, this
    reading has the paper's number of parameters. `loss=strong_weak` trains both outputs, the strong one on the tags of
    the clip, repeated for every frame.

    Args:
        parts: the network gives an embedding without frequency.
    """

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.weak = nn.Linear(len(self.labels), len(self.labels))
        nn.init.xavier_uniform_(self.weak.weight)
        nn.init.zeros_(self.weak.bias)

    def clip_probs(self, probs: Tensor, embedding: Tensor, valid: Tensor | None) -> Tensor:
        return torch.sigmoid(self.weak(super().clip_probs(probs, embedding, valid)))
