"""A training step of the full-width JSC encoder, compared with the same layers built from torch's own modules."""

import torch
from torch import Tensor, nn
from torch.utils import benchmark

from wsed.networks.vgg import Vgg
from wsed.training.allocator import keep_freed_memory

WIDTHS = [64, 64, 64, 64]
CLIPS = 4
STEPS = 5


def plain() -> nn.Sequential:
    """The encoder with torch's own dropout and memory layout."""
    layers: list[nn.Module] = [nn.Unflatten(1, (1, -1))]
    in_channels = 1
    for width in WIDTHS:
        for channels in (in_channels, width):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
        layers.append(nn.Dropout(0.3))
        in_channels = width
    return nn.Sequential(*layers)


def step(network: nn.Module, features: Tensor, dtype: torch.dtype) -> None:
    """One forward and one backward pass."""
    with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
        embedding = network(features)
    embedding.float().mean().backward()


def seconds(network: nn.Module, dtype: torch.dtype) -> float:
    """The median time of a step on all threads, after one step to warm up."""
    names = {"step": step, "network": network, "features": torch.randn(CLIPS, 120, 64), "dtype": dtype}
    timer = benchmark.Timer("step(network, features, dtype)", globals=names, num_threads=torch.get_num_threads())
    timer.timeit(1)
    return timer.timeit(STEPS).median


def main() -> None:
    """Prints how much each of our choices speeds a step up, adding one choice after the other."""
    torch.manual_seed(0)
    full = seconds(plain(), torch.float32)
    half = seconds(plain(), torch.bfloat16)
    ours = seconds(Vgg(WIDTHS, 0.3, True), torch.bfloat16)
    keep_freed_memory()
    kept = seconds(Vgg(WIDTHS, 0.3, True), torch.bfloat16)
    print(f"step: bf16-mixed has {full / half:.1f} times the speed of 32-true")
    print(f"step: our layout and dropout have {half / ours:.1f} times the speed of torch's own, in bf16-mixed")
    print(f"step: keeping freed memory gives {ours / kept:.1f} times the speed; together {full / kept:.1f} times")


if __name__ == "__main__":
    main()
