"""BSS-eval against mir_eval, SI-SDR and level against their closed forms."""

from pathlib import Path

import mir_eval
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.data.audio.cache import AudioCache
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixing.single_event import SingleEvent
from wsed.data.soundbanks.esc import Esc10
from wsed.features.log_mel import LogMel
from wsed.metrics.bss_eval import bss_eval, level, si_sdr
from wsed.separation.ideal_masks import separate_ideally


def test_bss_eval_agrees_with_mir_eval() -> None:
    rng = np.random.default_rng(0)
    references = rng.normal(size=(2, 6000))
    leaks = [0.3, 0.0, 2.0]
    methods = np.stack([references + leak * references[::-1] + 0.1 * rng.normal(size=(2, 6000)) for leak in leaks])
    ours = bss_eval(torch.from_numpy(methods).float(), torch.from_numpy(references).float())
    for number, estimates in enumerate(methods):
        theirs = mir_eval.separation.bss_eval_sources(references, estimates, compute_permutation=False)
        for name, values in zip(("sdr", "sir", "sar"), theirs, strict=False):
            # Samples go through float32, which has 24 bits: far above these ratios, far below this tolerance.
            np.testing.assert_allclose(ours[name][number].numpy(), values, atol=1e-4)


@pytest.mark.slow
def test_bss_eval_agrees_with_mir_eval_on_real_mixtures(esc10_root: Path) -> None:
    source = Esc10(str(esc10_root), AudioCache(None, 16000, "refuse"), ["baby_cry", "dog_bark"], ["rain"], -20.0, 0.2)
    recipe = SingleEvent(4.0, [0.0, 0.0], {"background": 1, "event": 1, "mixture": 1})
    bank = source.load().split("test", [4])
    batch = MixtureDataset(bank, recipe, 0, "test", 2, fresh=False, for_evaluation=True, with_sources=True)[
        [(0, 0), (0, 1)]
    ]
    features = LogMel(16000, "hamming", 1024, 528, 64, 0.0, 8000.0, 1e-8)
    assert batch.sources is not None
    assert batch.background_source is not None
    classes, rest = separate_ideally(features.mel.stft, batch.waveform, batch.sources)
    for clip in range(2):
        references = torch.stack([batch.sources[clip, clip], batch.background_source[clip]])
        estimates = torch.stack([classes[clip, clip], rest[clip]])
        ours = bss_eval(estimates, references)
        theirs = mir_eval.separation.bss_eval_sources(references.numpy(), estimates.numpy(), compute_permutation=False)
        for name, values in zip(("sdr", "sir", "sar"), theirs, strict=False):
            np.testing.assert_allclose(ours[name].numpy(), values, atol=0.01)


def test_clips_and_rivals_are_scored_one_by_one() -> None:
    generator = torch.Generator().manual_seed(0)
    references = torch.randn(3, 2, 2000, generator=generator)
    estimates = torch.randn(4, 3, 2, 2000, generator=generator)
    together = bss_eval(estimates, references)
    for rival in range(4):
        of_rival = bss_eval(estimates[rival], references)
        for clip in range(3):
            alone = bss_eval(estimates[rival, clip], references[clip])
            for name, values in alone.items():
                assert values.shape == (2,)
                torch.testing.assert_close(of_rival[name][clip], values)
                torch.testing.assert_close(together[name][rival, clip], values)


def test_scores_do_not_depend_on_the_number_of_threads() -> None:
    generator = torch.Generator().manual_seed(0)
    estimates, references = torch.randn(2, 3000, generator=generator), torch.randn(2, 3000, generator=generator)
    threads = torch.get_num_threads()
    scores = []
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            scores.append(bss_eval(estimates, references))
            assert torch.get_num_threads() == number
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(scores[0][name], scores[1][name]) for name in ("sdr", "sir", "sar"))


@settings(max_examples=20, deadline=None)
@given(level=st.floats(-20, 40), scale=st.floats(0.1, 10))
def test_si_sdr_is_the_level_of_what_is_orthogonal(level: float, scale: float) -> None:
    generator = torch.Generator().manual_seed(0)
    reference, other = torch.randn(2, 4000, generator=generator, dtype=torch.float64)
    other = other - reference * (other @ reference) / (reference @ reference)
    other = other * (reference.norm() / other.norm()) * 10 ** (-level / 20)
    found = si_sdr(scale * (reference + other)[None], reference[None])
    assert float(found) == pytest.approx(level, abs=1e-4)


@given(st.floats(-60, 20))
def test_level_is_the_gain_of_an_estimate(gain: float) -> None:
    references = torch.randn(2, 400, generator=torch.Generator().manual_seed(0))
    found = level(references * 10 ** (gain / 20), references)
    assert found.tolist() == pytest.approx([gain, gain], abs=1e-4)


def test_level_of_silence_is_finite() -> None:
    assert level(torch.zeros(1, 400), torch.ones(1, 400)).tolist() == [-100]
