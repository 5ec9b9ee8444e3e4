"""Waveforms that enter as tensors: right features, or an error that says how to convert them."""

import pytest
import torch
from torch import Tensor

from wsed.errors import UserError
from wsed.features.log_mel import LogMel


@pytest.fixture
def features() -> LogMel:
    return LogMel(16000, "hamming", 1024, 512, 40, 50, 8000, 1e-8)


WRONG: dict[str, tuple[Tensor, str]] = {
    "stereo": (torch.zeros(2, 2, 16000), r"shape \(2, 2, 16000\); give mono, .* waveform\.mean\(1\)"),
    "one clip": (torch.zeros(16000), r"must be \(batch, samples\), as by waveform\[None\]"),
    "a number": (torch.tensor(0.0), r"shape \(\); it must be"),
    "int16": (torch.zeros(2, 16000, dtype=torch.int16), r"type int16; give floats .* waveform / 32768"),
    "complex": (torch.zeros(2, 16000, dtype=torch.complex64), "type complex64; give floats"),
    "no clip": (torch.zeros(0, 16000), "needs at least one clip"),
    "no samples": (torch.zeros(2, 0), "the 1024 samples of a window; pad it"),
    "short": (torch.zeros(2, 1023), "the 1024 samples of a window; pad it"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_waveform_of_another_shape_or_type(features: LogMel, kind: str) -> None:
    waveform, said = WRONG[kind]
    with pytest.raises(UserError, match=said):
        features(waveform)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_other_floats_are_converted(features: LogMel, dtype: torch.dtype) -> None:
    waveform = torch.rand(2, 4096, generator=torch.Generator().manual_seed(0)).to(dtype)
    torch.testing.assert_close(features(waveform), features(waveform.float()))


def test_one_window_is_one_frame(features: LogMel) -> None:
    assert features(torch.rand(3, 1024)).shape == (3, 1, 40)


def test_a_clip_shorter_than_a_window_is_measured_with_its_padding(features: LogMel) -> None:
    noise = torch.rand(1, 16000, generator=torch.Generator().manual_seed(0))
    short = noise[:, :100]
    padded = torch.nn.functional.pad(short, (0, 924))
    features.fit([noise, short])
    statistics = features.mean.clone(), features.std.clone()
    features.fit([noise, padded])
    assert torch.equal(features.mean, statistics[0])
    assert torch.equal(features.std, statistics[1])
    assert features.valid(torch.tensor([100, 16000]), 30)[:, :2].tolist() == [[True, False], [True, True]]
