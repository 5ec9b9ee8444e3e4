"""Ideal masks against their definitions, and what they are worth."""

import torch

from wsed.features.stft import Stft
from wsed.metrics.bss_eval import bss_eval
from wsed.separation.ideal_masks import ideal_binary_mask, ideal_ratio_mask, separate_ideally


def test_the_ideal_mask_is_one_where_a_source_leads_by_its_ratio() -> None:
    stft = Stft("hann", 256, 128)
    rest = torch.randn(1, 2000, generator=torch.Generator().manual_seed(0))
    assert ideal_binary_mask(stft, 1.71 * rest, rest).all()
    assert not ideal_binary_mask(stft, 1.69 * rest, rest).any()


def test_ideal_separation_beats_the_mixture() -> None:
    stft = Stft("hann", 512, 128)
    generator = torch.Generator().manual_seed(0)
    seconds = torch.arange(8000) / 8000
    tone = torch.sin(2 * torch.pi * 700 * seconds)[None]
    hiss = 0.3 * torch.randn(1, 8000, generator=generator)
    classes, rest = separate_ideally(stft, tone + hiss, tone[:, None])
    truth = torch.cat([tone, hiss])
    ideal, mixture = torch.cat([classes[:, 0], rest]), (tone + hiss).expand(2, -1)
    of_ideal, of_mixture = bss_eval(torch.stack([ideal, mixture]), truth)["sdr"][:, 0]
    assert of_ideal > of_mixture + 10


def test_the_ratio_mask_is_a_sources_share() -> None:
    stft = Stft("hann", 256, 128)
    rest = torch.randn(1, 2000, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ideal_ratio_mask(stft, 3 * rest, rest), torch.full((1, 14, 129), 0.75))
