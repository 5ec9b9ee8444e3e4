"""Networks and poolings against the authors' own, in float64: outputs, loss and gradients."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from wsed.networks.talnet import Talnet
from wsed.networks.vgg import Vgg
from wsed.pooling.attention import AttentionPooling
from wsed.pooling.base import Pooling
from wsed.pooling.gap import GlobalAveragePooling
from wsed.pooling.gwrp import GlobalWeightedRankPooling
from wsed.pooling.linear_softmax import LinearSoftmaxPooling

POOLINGS = {"vgg_gwrp": GlobalWeightedRankPooling(0.9998), "vgg_gap": GlobalAveragePooling()}


def read(path: Path) -> dict[str, Tensor]:
    with np.load(path) as arrays:
        return {name: torch.from_numpy(array).double() for name, array in arrays.items()}


def copy(values: dict[str, Tensor], prefix: str, layer: nn.Module) -> None:
    """Gives a layer the arrays `PREFIX.NAME`; names that are not there stay."""
    known = {name: values[f"{prefix}.{name}"] for name in layer.state_dict() if f"{prefix}.{name}" in values}
    assert known
    missing = layer.load_state_dict(known, strict=False).missing_keys
    assert set(missing) <= {"num_batches_tracked"}


def of_type(network: nn.Module, *types: type[nn.Module]) -> list[nn.Module]:
    return [layer for layer in network.modules() if isinstance(layer, types)]


def agree(found: Any, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, atol=1e-8, rtol=1e-8)


@pytest.mark.parametrize("name", POOLINGS)
def test_vgg_gwrp_is_the_published_one(published_nets: Path, name: str) -> None:
    # The other file has outputs alone.
    weights, expected = read(published_nets / "vgg_gwrp.npz"), read(published_nets / f"{name}.npz")
    network, head = Vgg([32, 64, 128, 128], 0.0, False, "he").double(), nn.Conv2d(128, 41, 1).double()
    layers = zip(of_type(network, nn.Conv2d), of_type(network, nn.BatchNorm2d), strict=True)
    for index, (convolution, norm) in enumerate(layers):
        copy(weights, f"block{index // 2}.conv{index % 2}", convolution)
        copy(weights, f"block{index // 2}.norm{index % 2}", norm)
    copy(weights, "head", head)
    assert sum(parameter.numel() for parameter in [*network.parameters(), *head.parameters()]) == 587_593
    for mode in ("eval", "train"):
        network.train(mode == "train")
        features = expected["features"].clone().requires_grad_()
        masks = torch.sigmoid(head(network(features)))
        clip_probs = POOLINGS[name](masks)
        loss = functional.binary_cross_entropy(clip_probs, expected["weak"])
        features_grad, head_grad = torch.autograd.grad(loss, [features, head.weight])
        agree(clip_probs, expected[f"{mode}.clip_probs"])
        agree(POOLINGS[name].frame_probs(masks), expected[f"{mode}.frame_probs"])
        agree(masks[:, :, ::8, ::8], expected[f"{mode}.masks_every_8th"])
        agree(loss, expected[f"{mode}.loss"])
        agree(features_grad, expected[f"{mode}.features_grad"])
        agree(head_grad, expected[f"{mode}.head_weight_grad"])


@pytest.mark.parametrize("name", ["talnet_dcase_lin", "talnet_dcase_att"])
def test_talnet_is_the_published_one(published_nets: Path, name: str) -> None:
    expected = read(published_nets / f"{name}.npz")
    network = Talnet(64, [32, 64, 128], 5, [[1, 2], [2, 2], [2, 2]], False, 100).double().eval()
    for index, convolution in enumerate(of_type(network, nn.Conv2d)):
        copy(expected, f"conv{index}", convolution)
    copy(expected, "gru", network.recurrent)
    head = nn.Linear(200, 17).double()
    copy(expected, "head", head)
    pooling: Pooling = LinearSoftmaxPooling()
    if name.endswith("att"):
        pooling = AttentionPooling("embedding", "cell")
        pooling.prepare(17, 1, network.channels)
        pooling.double()
        copy(expected, "attention", pooling.layer)
    features = expected["features"].clone().requires_grad_()
    embedding = network(features)
    probs = torch.sigmoid(head(embedding.transpose(1, 2))).transpose(1, 2)
    clip_probs = pooling(probs, embedding)
    loss = functional.binary_cross_entropy(clip_probs, expected["weak"])
    (features_grad,) = torch.autograd.grad(loss, features)
    agree(clip_probs, expected["clip_probs"])
    agree(pooling.frame_probs(probs), expected["frame_probs"])
    agree(loss, expected["loss"])
    agree(features_grad, expected["features_grad"])
    assert features.shape[1] == network.time_reduction * probs.shape[2]
