"""Saliency against finite differences."""

import pytest
import torch

from wsed.composing import composed, conf
from wsed.config import settle
from wsed.inference.saliency import saliency
from wsed.training import build_system


@pytest.mark.parametrize("model", ["dnn", "jsc"])
def test_gradients_are_those_of_finite_differences(model: str) -> None:
    torch.manual_seed(0)
    with conf():
        system = build_system(settle(composed([f"model={model}", "pooling=gmp"]))).eval()
    # Slopes far above the rounding of float32.
    system.head.weight.data *= 20  # type: ignore[operator]  # a tensor
    waveform = 0.1 * torch.randn(1, 8000, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        strong, weak = saliency(system, waveform, "glass_break")
    assert strong.shape == weak.shape == (1, 14, 64)
    features = system.features(waveform)
    assert weak.max() > 1e-3
    assert strong.max() > 1e-3
    step = 0.01
    for gradients, output in ((weak, lambda each: each.clip_probs), (strong, lambda each: each.frame_probs.sum(2))):
        for cell in gradients[0].flatten().topk(3).indices.tolist():
            frame, band = divmod(cell, 64)
            moved = [features.clone(), features.clone()]
            moved[0][0, frame, band] += step
            moved[1][0, frame, band] -= step
            with torch.no_grad():
                higher, lower = (float(output(system.predict(each))[0, 1]) for each in moved)
            slope = abs(higher - lower) / (2 * step)
            assert float(gradients[0, frame, band]) == pytest.approx(slope, rel=0.05, abs=2e-5)
