"""A training step of the full-width JSC encoder, compared with the same layers built from torch's own modules."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from benchmarks.figure import Figure
from benchmarks.settings import Settings
from benchmarks.timing import seconds
from wsed.networks.vgg import Vgg
from wsed.training.allocator import keep_freed_memory

WIDTHS = [64, 64, 64, 64]


def plain(widths: list[int]) -> nn.Sequential:
    """The encoder with torch's own dropout and memory layout."""
    layers: list[nn.Module] = [nn.Unflatten(1, (1, -1))]
    in_channels = 1
    for width in widths:
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


def figures(settings: Settings) -> Iterator[Figure]:
    """How much each of our choices speeds a step up on a CPU, adding one choice after the other."""
    widths, clips, frames = ([4], 1, 8) if settings.small else (WIDTHS, 4, 120)
    torch.manual_seed(0)
    features = torch.randn(clips, frames, 64)
    theirs, ours = plain(widths), Vgg(widths, 0.3, True)
    functions = {
        "full": lambda: step(theirs, features, torch.float32),
        "half": lambda: step(theirs, features, torch.bfloat16),
        "ours": lambda: step(ours, features, torch.bfloat16),
    }
    taken = seconds(functions, settings.seconds)
    # It cannot be undone, so it comes last.
    keep_freed_memory()
    kept = seconds({"ours": functions["ours"]}, settings.seconds)["ours"]
    yield Figure("speed of bf16-mixed", taken["full"] / taken["half"], compared="32-true, torch's own modules")
    yield Figure(
        "speed of our layout and dropout", taken["half"] / taken["ours"], compared="torch's own, in bf16-mixed"
    )
    yield Figure("speed with freed memory kept", taken["ours"] / kept, compared="returned to the system")
    yield Figure("speed of all three", taken["full"] / kept, compared="torch's own modules in 32-true", floor=1)
