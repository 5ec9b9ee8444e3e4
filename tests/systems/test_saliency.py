"""Saliency against its closed form."""

import torch

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.systems.saliency import saliency
from wsed.training.run import build_system


def test_a_system_of_one_layer_has_gradients_in_closed_form() -> None:
    words = ["model=strong_weak", "pooling=gap", "network=dnn", "network.widths=[]"]
    with hydra_initialized():
        system = build_system(validate(compose_config(words))).eval()
    waveform = 0.1 * torch.randn(2, 8000, generator=torch.Generator().manual_seed(0))
    system.features.fit([waveform])
    with torch.inference_mode():
        strong, weak = saliency(system, waveform, "glass_break")
        prediction = system(waveform)
    # Frame by frame p = sigmoid(w x + b), and the clip's probability is sigmoid(W mean p + c).
    slopes = (prediction.frame_probs * (1 - prediction.frame_probs))[:, :, :, None] * system.head.weight[:, :, 0][
        :, None
    ]
    torch.testing.assert_close(strong, slopes[:, 1].abs())
    clip = prediction.clip_probs[:, 1]
    expected = torch.einsum("k,bktf->btf", system.weak.weight[1], slopes) * (clip * (1 - clip))[:, None, None] / 14
    torch.testing.assert_close(weak, expected.abs())
