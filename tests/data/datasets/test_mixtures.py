"""Datasets of mixtures."""

import torch

from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixing.single_event import SingleEvent
from wsed.data.soundbanks.base import Soundbank

CLIPS = 12


def clips(
    bank: Soundbank, *, fresh: bool = True, for_evaluation: bool = False, with_sources: bool = False
) -> MixtureDataset:
    recipe = SingleEvent(0.5, [-5.0, 5.0], {"background": 1, "event": 1, "mixture": 1})
    return MixtureDataset(bank, recipe, 0, "train", CLIPS, fresh, for_evaluation, with_sources)


def test_a_fresh_dataset_has_new_mixtures_each_epoch(bank: Soundbank) -> None:
    fresh = clips(bank)
    for index in range(CLIPS):
        assert fresh.plan((0, index)) == fresh.plan((0, index))
    first, second = (fresh[[(epoch, index) for index in range(CLIPS)]] for epoch in (0, 1))
    for one, other in zip(first.waveform, second.waveform, strict=True):
        assert not torch.equal(one, other)
    assert not set(first.filenames) & set(second.filenames)


def test_a_fixed_dataset_has_those_of_epoch_0(bank: Soundbank) -> None:
    keys = list(range(CLIPS))
    fixed = clips(bank, fresh=False)[[(7, index) for index in keys]]
    assert torch.equal(fixed.waveform, clips(bank)[[(0, index) for index in keys]].waveform)


def test_a_batch_comes_in_the_order_of_its_keys(bank: Soundbank) -> None:
    mixed = clips(bank)
    keys = [(0, 11), (3, 2), (0, 0)]
    batch = mixed[keys]
    assert batch.plans == [mixed.plan(key) for key in keys]
    assert batch.filenames == ["train-0-000011.wav", "train-3-000002.wav", "train-0-000000.wav"]
    assert batch.background.tolist() == [1, 1, 1]
    assert batch.weak.sum(1).tolist() == [1, 0, 0]
    assert batch.waveform.shape == (3, 4000)


def test_sources_are_there_if_asked_for(bank: Soundbank) -> None:
    keys = [(0, index) for index in range(CLIPS)]
    without, with_sources = clips(bank)[keys], clips(bank, with_sources=True)[keys]
    assert without.sources is without.background_source is None
    assert with_sources.sources is not None
    assert with_sources.sources.shape == (CLIPS, 2, 4000)
    assert torch.equal(without.waveform, with_sources.waveform)
    # A class sounds exactly where its tag says so.
    assert torch.equal(with_sources.sources.any(2).float(), with_sources.weak)


def test_for_evaluation_clips_are_mixtures(bank: Soundbank) -> None:
    batch = clips(bank, for_evaluation=True)[[(0, index) for index in range(CLIPS)]]
    assert batch.background.all()
    assert batch.weak.sum(1).tolist() == [1] * CLIPS


def test_a_saved_plan_renders_the_same_clip(bank: Soundbank) -> None:
    mixed = clips(bank)
    plan = mixed.plan((5, 11))
    assert torch.equal(mixed.render([plan]).waveform, mixed[[(5, 11)]].waveform)


def test_tags_are_told_without_rendering(bank: Soundbank) -> None:
    for fresh in (True, False):
        mixed = clips(bank, fresh=fresh)
        weak = mixed[[(3, index) for index in range(CLIPS)]].weak
        expected = [{bank.labels[place] for place in row.nonzero().flatten().tolist()} for row in weak]
        assert list(mixed.tags(3)) == expected
        assert set() in expected
