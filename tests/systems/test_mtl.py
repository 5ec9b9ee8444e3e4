"""MTL: its masks serve detection and segmentation tasks."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from wsed.errors import UserError
from wsed.losses.segment import SegmentLoss
from wsed.losses.silent import SilentLoss
from wsed.prediction import Target
from wsed.systems.base import System
from wsed.systems.mtl import Mtl

Describe = Callable[..., dict[str, Any]]


def built(describe: Describe, **own: float) -> Mtl:
    torch.manual_seed(0)
    pooling = {"_target_": "wsed.pooling.fap.FrequencyDependentAutoPooling"}
    mtl = {"_target_": "wsed.systems.mtl.Mtl", "_partial_": True, **own}
    description = {**describe(), "system": mtl, "pooling": pooling}
    system = System.from_description(description).eval().requires_grad_(False)
    assert isinstance(system, Mtl)
    torch.nn.init.normal_(system.pooling.v)
    return system


def waveform() -> torch.Tensor:
    return 0.1 * torch.randn(2, 4000, generator=torch.Generator().manual_seed(0))


def test_frames_are_read_by_the_weights_of_equation_1(describe: Describe) -> None:
    system = built(describe)
    prediction = system(waveform())
    assert prediction.masks is not None
    assert prediction.masks.shape[1] == 3
    assert prediction.background_mask is None
    weights = system.pooling.v.exp() / system.pooling.v.exp().sum(1, keepdim=True)
    expected = torch.einsum("kf,bktf->bkt", weights, prediction.masks)
    torch.testing.assert_close(prediction.frame_probs, expected)


def test_segmentation_tasks_compare_the_masks_that_detection_pools(describe: Describe) -> None:
    prediction = built(describe)(waveform())
    assert torch.equal(prediction.segments, prediction.masks)
    target = Target(torch.tensor([[1.0, 1, 0], [1, 0, 1]]), torch.zeros(2))
    masks = prediction.masks
    dice = [
        2 * (masks[clip, a] * masks[clip, b]).sum() / (masks[clip, a].sum() + masks[clip, b].sum())
        for clip, a, b in ((0, 0, 1), (1, 0, 2))
    ]
    torch.testing.assert_close(SegmentLoss("label", 0)(prediction, target), torch.stack(dice).mean())
    silent = torch.stack([masks[0, 2].mean(), masks[1, 1].mean()]).mean()
    torch.testing.assert_close(SilentLoss("label", 0)(prediction, target), silent)


@pytest.mark.parametrize("training", [False, True])
def test_only_separation_in_use_takes_masks_to_a_power(describe: Describe, training: bool) -> None:
    plain, soft = (built(describe, sharpness=power).train(training) for power in (1.0, 0.5))
    torch.manual_seed(0)
    before = plain(waveform())
    torch.manual_seed(0)
    after = soft(waveform())
    torch.testing.assert_close(after.masks, before.masks if training else before.masks.sqrt())
    for name in ("segments", "frame_probs", "clip_probs"):
        assert torch.equal(getattr(after, name), getattr(before, name))


def test_the_power_is_above_0(describe: Describe) -> None:
    with pytest.raises(UserError, match="sharpness is 0"):
        built(describe, sharpness=0.0)


def test_padding_is_empty_to_segmentation_tasks(describe: Describe) -> None:
    system = built(describe)
    prediction = system(waveform(), torch.tensor([4000, 2000]))
    assert prediction.valid is not None
    assert prediction.masks is not None
    assert prediction.segments is not None
    inside = int(prediction.valid[1].sum())
    assert inside == system.features.frames(2000)
    assert torch.equal(prediction.segments[1, :, :inside], prediction.masks[1, :, :inside])
    assert not prediction.segments[1, :, inside:].any()
    assert torch.equal(prediction.segments[0], prediction.masks[0])
