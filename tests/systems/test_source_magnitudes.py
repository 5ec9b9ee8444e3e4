"""Mel magnitudes of isolated sources, against those of every source by itself."""

import torch

from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixing.single_event import SingleEvent
from wsed.data.soundbanks.generated import Generated
from wsed.features.log_mel import LogMel
from wsed.systems.source_magnitudes import source_magnitudes

FEATURES = LogMel(8000, "hamming", 256, 132, 16, 0.0, 4000.0, 1e-8)


def test_each_is_that_of_its_source_alone() -> None:
    bank = Generated(8000, ["baby_cry", "glass_break", "gunshot"], 4, 0).load()
    recipe = SingleEvent(1.0, [0.0, 0.0], {"background": 1, "event": 1, "mixture": 1})
    data = MixtureDataset(bank, recipe, 0, "train", 36, fresh=True, for_evaluation=False, with_sources=True)
    batch = data[[(0, index) for index in range(0, 36, 3)]]
    assert batch.sources is not None
    assert batch.background_source is not None
    # Some clips have no background, and some no event.
    assert 0 < batch.background.sum() < 12
    assert 0 < batch.weak.sum() < 12
    found = source_magnitudes(batch, FEATURES)
    assert found is not None
    assert found.shape[:2] == (12, 4)
    for clip in range(12):
        for place, source in enumerate([*batch.sources[clip], batch.background_source[clip]]):
            assert torch.equal(found[clip, place], FEATURES.mel.magnitude(source[None])[0])


def test_no_sources_have_no_magnitudes() -> None:
    bank = Generated(8000, ["baby_cry", "gunshot"], 4, 0).load()
    recipe = SingleEvent(1.0, [0.0, 0.0], {"background": 0, "event": 0, "mixture": 1})
    data = MixtureDataset(bank, recipe, 0, "train", 4, fresh=True, for_evaluation=False, with_sources=False)
    assert source_magnitudes(data[[(0, 0)]], FEATURES) is None
