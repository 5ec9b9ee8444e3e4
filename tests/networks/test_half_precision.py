"""The weight gradients of all convolutions, in the precision and memory layout of their training, against float64.

PyTorch 2.11 has wrong ones: in bfloat16 with channels last, those of the weights of dilated depthwise convolutions.
"""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from wsed.config import composed
from wsed.training.build import build_system

CONVOLUTIONAL = [
    "jsc",
    "jsc_published",
    "mtl",
    "mtl_published",
    "vgg_gwrp",
    "gated_crnn",
    "strong_weak",
    "talnet",
    "crnn",
]


@pytest.mark.parametrize("experiment", CONVOLUTIONAL)
def test_convolutions_have_the_gradients_of_float64(experiment: str) -> None:
    torch.manual_seed(0)
    network = build_system(composed(f"experiment={experiment}")).network.train()
    inputs: dict[nn.Conv2d, Tensor] = {}
    gradients: dict[nn.Conv2d, Tensor] = {}

    def remember(layer: nn.Conv2d, given: tuple[Tensor], outputs: Tensor) -> None:
        inputs[layer] = given[0].detach()
        outputs.register_hook(lambda gradient: gradients.update({layer: gradient}))

    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    for layer in layers:
        layer.register_forward_hook(remember)
    with torch.autocast("cpu", torch.bfloat16):
        embedding = network(torch.randn(2, 48, 64))
        (embedding * torch.randn(embedding.shape)).sum().backward()
    for layer in layers:
        weight = layer.weight.detach().bfloat16().double().requires_grad_()
        given = inputs[layer].bfloat16().double()
        outputs = functional.conv2d(given, weight, padding=layer.padding, dilation=layer.dilation, groups=layer.groups)
        (expected,) = torch.autograd.grad(outputs, weight, gradients[layer].double())
        assert layer.weight.grad is not None
        difference = (layer.weight.grad.double() - expected).norm() / expected.norm()
        assert difference < 0.01, (layer, float(difference))
