"""A training step of the full-width JSC in bfloat16 autocast, against float32."""

import time

import torch

from wsed.networks.vgg import Vgg

STEPS = 3
CLIPS = 4


def seconds(dtype: torch.dtype) -> float:
    """The quickest of a few steps forwards and backwards, after one to warm up."""
    torch.manual_seed(0)
    network = Vgg([64, 64, 64, 64], 0.3, True)
    features = torch.randn(CLIPS, 120, 64)
    taken = []
    for _ in range(STEPS + 1):
        started = time.perf_counter()
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            embedding = network(features)
        embedding.float().mean().backward()
        taken.append(time.perf_counter() - started)
    return min(taken[1:])


def main() -> None:
    """Prints how many times faster bfloat16 is."""
    ratio = seconds(torch.float32) / seconds(torch.bfloat16)
    print(f"precision: a step in bf16-mixed has {ratio:.1f} times the speed of 32-true")


if __name__ == "__main__":
    main()
