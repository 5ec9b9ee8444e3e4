"""Systems that give a probability for each frame."""

import pytest
import torch

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.errors import UserError
from wsed.systems.base import System
from wsed.systems.frame_system import stretch
from wsed.systems.strong_weak import StrongWeak
from wsed.training.run import build_system


def built(*words: str) -> System:
    with hydra_initialized():
        system = build_system(validate(compose_config(list(words))))
    return system.eval().requires_grad_(False)


def waveform() -> torch.Tensor:
    return 0.1 * torch.randn(2, 16000, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("model", ["dnn", "mlp", "crnn", "gated_crnn", "strong_weak"])
def test_clip_probabilities_are_frames_pooled(model: str) -> None:
    system = built(f"model={model}", "pooling=gmp")
    prediction = system(waveform())
    largest = prediction.frame_probs.amax(2)
    if isinstance(system, StrongWeak):
        torch.testing.assert_close(prediction.clip_probs, torch.sigmoid(system.weak(largest)))
    else:
        torch.testing.assert_close(prediction.clip_probs, largest)
    assert prediction.masks is None
    assert system.separate(waveform(), prediction) is None


def test_a_dense_layer_sees_its_frame_alone_and_the_mlp_five() -> None:
    for model, frames in (("dnn", [10]), ("mlp", [8, 9, 10, 11, 12])):
        system = built(f"model={model}")
        features = torch.randn(1, 30, 64, generator=torch.Generator().manual_seed(0))
        changed = features.clone()
        changed[:, 10] += 5
        different = (system.predict(features).frame_probs != system.predict(changed).frame_probs).any(1)[0]
        assert different.nonzero().flatten().tolist() == frames


def test_frames_that_were_pooled_are_repeated() -> None:
    probs = torch.tensor([[[0.1, 0.2, 0.3]]])
    expected = torch.tensor([[[0.1] * 4 + [0.2] * 4 + [0.3] * 6]])
    assert torch.equal(stretch(probs, 4, 14), expected)
    assert torch.equal(stretch(probs, 4, 12), expected[:, :, :12])
    assert torch.equal(stretch(probs, 1, 3), probs)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["model=strong_weak", "features.bands=32"], "leave no band"),
        (["model=talnet_audioset", "features.bands=16"], "leave no band"),
        (["model=mlp", "network.context=4"], "context is 4; it must be odd"),
        (["model=mtl", "network.dilations=[1,2]"], "4 widths and 2 dilations"),
        (["model=mtl", "network.kernel=4"], "kernel is 4; it must be odd"),
    ],
)
def test_sizes_that_do_not_fit(words: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        built(*words)
