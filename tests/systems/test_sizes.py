"""Parameters and shapes of the papers' systems, as far as the papers and their code tell them."""

import pytest
import torch

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.systems.base import System
from wsed.training.run import build_system

ADAVANNE = ["model=strong_weak", "pooling=gmp", "features.bands=40"]
XU = ["model=gated_crnn", "features.hop=664"]
TALNET = ["model=talnet", "pooling=linear_softmax"]
FOLLOW_UP = ["features.window_size=2048", "features.hop=1024", "features.max_frequency=16000", "data.sample_rate=32000"]


def built(classes: int, words: list[str]) -> System:
    """The system of a command, with so many classes."""
    with hydra_initialized():
        config = validate(compose_config(words))
    config["data"]["labels"] = [f"class{index}" for index in range(classes)]
    return build_system(config)


SIZES = [
    (3, ["model=jsc"], 260_355),
    (10, ["model=vgg_gwrp"], 583_594),
    (17, ["model=vgg_gwrp"], 584_497),
    (41, ["model=vgg_gwrp"], 587_593),
    (10, ["model=mtl", "pooling=fap"], 74_869),
    (17, ["model=mtl", "pooling=fap"], 76_668),
    (41, ["model=mtl", "pooling=fap"], 82_836),
    (3, ["model=dnn", "pooling=gmp"], 535_003),
    (17, ["model=mlp", "pooling=gap", "features.bands=40"], 13_467),
    (17, [*XU, "pooling=gap", "network.pool_time=true"], 1_190_289),
    (17, [*XU, "pooling=attention", "pooling.look_at=probs"], 1_190_595),
    (17, [*XU, "pooling=attention"], 1_194_658),
    (17, [*XU, "pooling=attention", "network.graph=paper", "network.recurrent=single"], 873_122),
    (17, [*XU, "pooling=gap", "network.pool_time=true", "network.recurrent=keras"], 1_188_753),
    (17, [*XU, "pooling=attention", "pooling.look_at=probs", "network.recurrent=keras"], 1_189_059),
    # 670,417 with Keras, whose GRU has half the biases.
    (17, ["model=crnn", "pooling=gap"], 670_417 + 768),
    (17, ADAVANNE, 218_307),
    (17, TALNET, 936_041),
    (10, TALNET, 934_634),
    (17, ["model=talnet", "pooling=attention", "pooling.axis=cell"], 939_458),
    (527, ["model=talnet_audioset", "pooling=linear_softmax"], 9_980_527),
    (10, ["model=talnet_audioset", "pooling=linear_softmax"], 9_450_602),
]


@pytest.mark.parametrize(("classes", "words", "size"), SIZES)
def test_parameters_are_as_many_as_in_the_papers(classes: int, words: list[str], size: int) -> None:
    system = built(classes, words)
    assert sum(parameter.numel() for parameter in system.parameters()) == size


@pytest.mark.parametrize(
    ("words", "seconds", "rate", "frames"),
    [
        (["model=jsc"], 4, 16000, 120),
        (["model=vgg_gwrp", *FOLLOW_UP], 10, 32000, 311),
        (["model=mtl", "pooling=fap", *FOLLOW_UP], 10, 32000, 311),
        (["model=talnet", *FOLLOW_UP], 10, 32000, 311),
        (XU, 10, 16000, 240),
        ([*XU, "network.pool_time=true"], 10, 16000, 240),
    ],
)
def test_frames_are_as_many_as_in_the_papers(words: list[str], seconds: int, rate: int, frames: int) -> None:
    system = built(2, words).eval()
    with torch.no_grad():
        prediction = system(0.1 * torch.randn(1, seconds * rate, generator=torch.Generator().manual_seed(0)))
    assert prediction.frame_probs.shape == (1, 2, frames)
    if prediction.masks is not None:
        assert prediction.masks.shape == (1, 2, frames, 64)


@pytest.mark.parametrize(
    ("words", "frames", "bands"),
    [([], 61, 61), (["network.dilate=time"], 61, 17), (["network.kernel=5"], 121, 121)],
)
def test_how_far_a_cell_of_ddc_sees(words: list[str], frames: int, bands: int) -> None:
    network = built(2, ["model=mtl", *words]).network.eval()
    # Positive weights on positive features keep every ReLU open.
    for parameter in network.parameters():
        parameter.data.abs_()
    features = torch.ones(1, 131, 131, requires_grad=True)
    network(features)[0, :, 65, 65].sum().backward()
    assert features.grad is not None
    seen = (features.grad[0] > 0).nonzero()
    assert (seen.amax(0) - seen.amin(0) + 1).tolist() == [frames, bands]
    assert (seen.amax(0) + seen.amin(0)).tolist() == [130, 130]
