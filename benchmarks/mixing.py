"""Rendering mixtures, against training on them: what share of a training step the mixing takes."""

import time

import torch

from wsed.data.generated import Generated
from wsed.data.mixtures import MemorySet
from wsed.data.plan import JscRecipe
from wsed.features.log_mel import LogMel
from wsed.networks.vgg import Vgg

CLIPS = 8
STEPS = 3


def main() -> None:
    """Prints the ratio of a step of the half-width network to the rendering of its batch."""
    recipe = JscRecipe(4.0, [0.0, 0.0], {"background": 1, "event": 1, "mixture": 1})
    bank = Generated(16000, ["baby_cry", "glass_break", "gunshot"], 4, 0).load()
    clips = MemorySet(bank, recipe, 0, "train", 1008, fresh=True, mixtures_only=False, with_sources=False)
    features = LogMel(16000, "hamming", 1024, 528, 64, 0.0, 8000.0, 1e-8)
    network = Vgg([32, 32, 32, 32], 0.3, True)
    rendering, training = [], []
    for step in range(STEPS + 1):
        started = time.perf_counter()
        batch = clips[[(0, 300 + CLIPS * step + index) for index in range(CLIPS)]]
        rendered = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16):
            embedding = network(features(batch.waveform))
        embedding.float().mean().backward()
        rendering.append(rendered - started)
        training.append(time.perf_counter() - rendered)
    print(f"mixing: a step of the half-width network takes {min(training) / min(rendering):.0f} times its rendering")


if __name__ == "__main__":
    main()
