"""CRNN with strong and weak outputs in sequence (Adavanne and Virtanen, DCASE 2017)."""

import torch
from torch import Tensor, nn

from wsed.systems.frame_system import FrameSystem


class StrongWeak(FrameSystem):
    """The strong output is a probability for each frame; the weak output follows it, and has weights of its own.

    Strong probabilities are pooled over time, by their maximum in the reading that fits the paper's number of
    parameters, and a dense layer with a sigmoid makes clip probabilities of them. `loss=strong_weak` trains both, the
    strong output on the clip's tags repeated for every frame.
    """

    def add_layers(self) -> None:
        super().add_layers()
        self.weak = nn.Linear(len(self.labels), len(self.labels))
        nn.init.xavier_uniform_(self.weak.weight)
        nn.init.zeros_(self.weak.bias)

    def clip_probs(self, probs: Tensor, embedding: Tensor, valid: Tensor | None) -> Tensor:
        return torch.sigmoid(self.weak(super().clip_probs(probs, embedding, valid)))
