"""The bound of a step on a CPU: its convolutions alone, and matrix products of their sizes, as shares of the peak.

Kernels for bf16 reach the peak with large square products. The products of a convolution are long and narrow: as many
rows as a batch has cells, and as many columns as the layer has maps. A network cannot be faster than these, and what a
step does besides them has its share of the time.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from benchmarks.ceilings import peak as peak_of
from benchmarks.figure import SHARE, Figure
from benchmarks.flops import flops
from benchmarks.settings import Settings
from benchmarks.systems import SYSTEMS, Case, autocast, case
from benchmarks.timing import seconds
from benchmarks.training.step import training_step
from wsed.networks.depthwise import Depthwise
from wsed.training.allocator import keep_freed_memory

FULL_WIDTH = "network.widths=[64,64,64,64]"
"""As published; `experiment=jsc` has half of it."""


@dataclass(frozen=True)
class Call:
    """A convolution of a step.

    Attributes:
        layer: the convolution.
        maps: its input, in its type and memory layout; it needs a gradient if it did in the step.
    """

    layer: nn.Conv2d
    maps: Tensor

    def run(self) -> None:
        """Forward and backward."""
        filtered = self.layer(self.maps)
        filtered.backward(filtered.detach())

    @property
    def is_product(self) -> bool:
        """Whether it is one product of matrices, unlike a convolution within each channel."""
        return not isinstance(self.layer, Depthwise)

    def products(self) -> Callable[[], None]:
        """The matrix products that forward and backward consist of, without gathering their factors."""
        inputs = prod(self.layer.weight.shape[1:])
        cells, width = self.maps.numel() // self.maps.shape[1], self.layer.out_channels
        rows, filtered = (torch.randn(cells, size, dtype=torch.bfloat16) for size in (inputs, width))
        weight = torch.randn(width, inputs, dtype=torch.bfloat16)

        def run() -> None:
            torch.mm(rows, weight.T)
            torch.mm(filtered.T, rows)
            if self.maps.requires_grad:
                torch.mm(filtered, weight)

        return run


def calls(measured: Case) -> list[Call]:
    """The convolutions of the network and the head in one training step."""
    found: list[Call] = []

    def note(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(layer, nn.Conv2d)
        found.append(Call(layer, inputs[0].detach().clone().requires_grad_(inputs[0].requires_grad)))

    layers = [layer for layer in measured.system.modules() if isinstance(layer, nn.Conv2d)]
    hooks = [layer.register_forward_pre_hook(note) for layer in layers]
    training_step(measured, "bf16")()
    for hook in hooks:
        hook.remove()
    return found


def figures(settings: Settings) -> Iterator[Figure]:
    """Shares of the step's time and of the peak, in bf16."""
    warnings.simplefilter("ignore")
    keep_freed_memory()
    peak = peak_of("bf16", settings)
    for experiment, *more in (("jsc", FULL_WIDTH), *([name] for name in SYSTEMS)):
        measured = case(experiment, settings, *more)
        name = f"{experiment}, full width" if more else experiment
        convolutions = calls(measured)

        def alone(convolutions: list[Call] = convolutions) -> None:
            with autocast("cpu", "bf16"):
                for call in convolutions:
                    call.run()

        narrow = [call.products() for call in convolutions if call.is_product]

        def products(narrow: list[Callable[[], None]] = narrow) -> None:
            for run in narrow:
                run()

        counted = flops(alone)
        steps = {"step": training_step(measured, "bf16"), "alone": alone, "products": products}
        taken = seconds(steps, settings.seconds / 2)
        compared = f"the peak of bf16, {peak / 1e12:.3g} TFLOP/s"
        yield Figure(f"{name}: share of a step", taken["alone"] / taken["step"], SHARE, "the whole step")
        yield Figure(f"{name}: peak", counted / taken["alone"] / peak, SHARE, compared)
        yield Figure(f"{name}: peak of products", flops(products) / taken["products"] / peak, SHARE, compared)
