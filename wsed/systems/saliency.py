"""Saliency: which parts of the input a system's outputs hang on."""

import torch
from torch import Tensor

from wsed.systems.base import System


def saliency(system: System, waveform: Tensor, label: str) -> tuple[Tensor, Tensor]:
    """Size of the gradients of the strong and the weak output to the features (Adavanne and Virtanen 2017, slides).

    Args:
        system: in eval mode, which it stays in.
        waveform: `(batch, samples)` in [-1, 1].
        label: the event class whose outputs are asked.

    Returns:
        Of the frame probabilities' sum over time, and of the clip probability: `(batch, time, freq)` each, 0 or more.
    """
    index = system.labels.index(label)
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast(waveform.device.type, enabled=False),
        # cuDNN's recurrent layers have no gradient in eval mode.
        torch.backends.cudnn.flags(enabled=False),
    ):
        features = system.features(waveform.clone()).detach().requires_grad_()
        prediction = system.predict(features)
        strong, weak = (
            torch.autograd.grad(output.sum(), features, retain_graph=True)[0].abs()
            for output in (prediction.frame_probs[:, index], prediction.clip_probs[:, index])
        )
    return strong, weak
