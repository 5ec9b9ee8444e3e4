"""Saliency: the parts of the features that the outputs of a system depend on."""

import torch
from torch import Tensor

from wsed.systems.base import System


def saliency(system: System, waveform: Tensor, label: str) -> tuple[Tensor, Tensor]:
    """Magnitude of the gradients of the strong and the weak output (Adavanne and Virtanen 2017, slides).

    Args:
        system: a system in evaluation mode; the mode is not changed.
        waveform: `(batch, samples)` in [-1, 1].
        label: the event class.

    Returns:
        Absolute gradients with respect to the standardised features, `(batch, time, freq)` each: of the sum of the
        frame probabilities over time, and of the clip probability.
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
