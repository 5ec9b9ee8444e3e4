"""Gated CRNN: localisation by the sigmoid branch, clips by attention."""

import torch
from torch import Tensor

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.pooling.gap import GlobalAveragePooling
from wsed.systems.gated_crnn import GatedCrnnSystem
from wsed.training.run import build_system


class Halved(GlobalAveragePooling):
    """A pooling that reads frames in a way of its own."""

    def frame_probs(self, probs: Tensor, valid: Tensor | None = None) -> Tensor:
        return probs / 2


def built(pooling: str) -> GatedCrnnSystem:
    torch.manual_seed(0)
    with hydra_initialized():
        system = build_system(validate(compose_config(["model=gated_crnn", f"pooling={pooling}"])))
    assert isinstance(system, GatedCrnnSystem)
    return system.eval().requires_grad_(False)


def test_frames_are_the_sigmoid_branch_whatever_the_pooling() -> None:
    system = built("attention")
    features = torch.randn(2, 12, 64, generator=torch.Generator().manual_seed(0))
    sigmoid = torch.sigmoid(system.head(system.network(features)))
    torch.testing.assert_close(system.predict(features).frame_probs, sigmoid)
    system.pooling = Halved()
    torch.testing.assert_close(system.predict(features).frame_probs, sigmoid)


def test_clips_are_frames_weighted_by_a_softmax_branch_on_the_same_layers() -> None:
    system = built("attention")
    features = torch.randn(2, 12, 64, generator=torch.Generator().manual_seed(0))
    embedding = system.network(features)
    o = torch.sigmoid(system.head(embedding))
    layer = system.pooling.layer
    z = torch.softmax(torch.einsum("kc,bct->bkt", layer.weight, embedding) + layer.bias[:, None], 1)
    torch.testing.assert_close(system.predict(features).clip_probs, (o * z).sum(2) / z.sum(2))
