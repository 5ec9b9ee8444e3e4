"""Every sampler: the order of clips, and how devices share them."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.samplers import record_clips
from tests.data.samplers.tagged_clips import TaggedClips, tagged, untagged
from wsed.data.samplers.balanced import Balanced
from wsed.data.samplers.base import ClipSampler
from wsed.data.samplers.epoch_sampler import EpochSampler
from wsed.data.samplers.sequential import Sequential
from wsed.data.samplers.shuffled import Shuffled

SAMPLERS: list[ClipSampler] = [Sequential(), Shuffled(), Balanced(5, 3)]


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 60), batch_size=st.integers(1, 25), seed=st.integers(0, 1000), epoch=st.integers(0, 100))
@pytest.mark.parametrize("clip_sampler", [Sequential(), Shuffled()])
def test_every_clip_is_drawn_once_an_epoch(
    clip_sampler: ClipSampler, count: int, batch_size: int, seed: int, epoch: int
) -> None:
    sampler = EpochSampler(untagged(count), batch_size, clip_sampler, seed)
    sampler.set_epoch(epoch)
    batches = list(sampler)
    keys = [key for batch in batches for key in batch]
    assert sorted(keys[:count]) == [(epoch, index) for index in range(count)]
    assert len(batches) == len(sampler)
    assert list(sampler) == batches
    if isinstance(clip_sampler, Sequential):
        assert len(keys) == count
        assert all(len(batch) == batch_size for batch in batches[:-1])
    else:
        # The last batch is filled up from the beginning.
        assert all(len(batch) == batch_size for batch in batches)
        assert all(key == keys[place % count] for place, key in enumerate(keys))


@settings(max_examples=60, deadline=None)
@given(clips=tagged, batch_size=st.integers(1, 25), epoch=st.integers(0, 9), devices=st.integers(1, 4))
@pytest.mark.parametrize("clip_sampler", SAMPLERS)
def test_devices_share_each_batch(
    clip_sampler: ClipSampler, clips: TaggedClips, batch_size: int, epoch: int, devices: int
) -> None:
    alone = EpochSampler(clips, batch_size, clip_sampler, 1)
    shares = [EpochSampler(clips, batch_size, clip_sampler, 1, rank, devices) for rank in range(devices)]
    for sampler in (alone, *shares):
        sampler.set_epoch(epoch)
        assert len(list(sampler)) == len(sampler)
    for batch, *parts in zip(alone, *shares, strict=True):
        assert sorted(key for part in parts for key in part) == sorted(batch)


def order(clip_sampler: ClipSampler, seed: int, epoch: int) -> list[int]:
    clips = TaggedClips([{"a"}, {"b"}, set()] * 10)
    return [index for batch in clip_sampler.batches(clips, 7, seed, epoch) for index in batch]


@pytest.mark.parametrize("clip_sampler", [Shuffled(), Balanced(5, 3)])
def test_the_order_depends_on_seed_and_epoch(clip_sampler: ClipSampler) -> None:
    assert order(clip_sampler, 1, 4) == order(clip_sampler, 1, 4)
    assert order(clip_sampler, 1, 4) != order(clip_sampler, 1, 5)
    assert order(clip_sampler, 1, 4) != order(clip_sampler, 2, 4)


def test_sequential_clips_come_in_order() -> None:
    assert order(Sequential(), 1, 3) == list(range(30))


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["shuffled", "balanced"])
def test_two_processes_train_on_the_batches_of_one(sampler: str, tmp_path: Path) -> None:
    heard = {}
    for devices in (1, 2):
        folder = tmp_path / str(devices)
        folder.mkdir()
        if devices == 1:
            record_clips.record(folder, sampler, 1)
        else:
            subprocess.run([sys.executable, record_clips.__file__, str(folder), sampler], check=True, timeout=300)
        ranks = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
        assert len(ranks) == devices
        heard[devices] = [sorted(itertools.chain(*parts)) for parts in zip(*ranks, strict=True)]
    assert heard[1] == heard[2]
    assert [len(batch) for batch in heard[1]] == [4] * 8
