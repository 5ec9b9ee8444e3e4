"""Rendering a batch of mixtures compared with a training step on it."""

import torch
from torch.utils import benchmark

from wsed.data.batch import Batch
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixing.single_event import SingleEvent
from wsed.data.soundbanks.generated import Generated
from wsed.features.log_mel import LogMel
from wsed.networks.vgg import Vgg

CLIPS = 8
STEPS = 3


def step(features: LogMel, network: Vgg, batch: Batch) -> None:
    """One forward and one backward pass."""
    with torch.autocast("cpu", torch.bfloat16):
        embedding = network(features(batch.waveform))
    embedding.float().mean().backward()


def main() -> None:
    """Prints how many times longer a step of the half-width network takes than rendering its batch."""
    recipe = SingleEvent(4.0, [0.0, 0.0], {"background": 1, "event": 1, "mixture": 1})
    bank = Generated(16000, ["baby_cry", "glass_break", "gunshot"], 4, 0).load()
    dataset = MixtureDataset(bank, recipe, 0, "train", 1008, fresh=True, for_evaluation=False, with_sources=False)
    # Evenly over the epoch, for as many clips of each kind as a shuffled batch has on average.
    keys = [(0, index * 1008 // CLIPS) for index in range(CLIPS)]
    features = LogMel(16000, "hamming", 1024, 528, 64, 0.0, 8000.0, 1e-8)
    network = Vgg([32, 32, 32, 32], 0.3, True)
    names = {"dataset": dataset, "keys": keys, "step": step, "features": features, "network": network}
    names["batch"] = dataset[keys]
    threads = torch.get_num_threads()
    rendering = benchmark.Timer("dataset[keys]", globals=names, num_threads=threads)
    training = benchmark.Timer("step(features, network, batch)", globals=names, num_threads=threads)
    for timer in (rendering, training):
        timer.timeit(1)
    ratio = training.timeit(STEPS).median / rendering.timeit(STEPS).median
    print(f"mixing: a step of the half-width network takes {ratio:.0f} times as long as rendering its batch")


if __name__ == "__main__":
    main()
