"""The order in which clips are drawn."""

import itertools
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.data.batch import Batch
from wsed.data.datasets.base import Key
from wsed.data.samplers.balanced import Balanced
from wsed.data.samplers.base import ClipSampler, EpochSampler, InOrder
from wsed.data.samplers.shuffled import Shuffled

DRAWINGS: list[ClipSampler] = [InOrder(), Shuffled(), Balanced(5, 3)]
# Clips of DCASE 2017 task 4 by class, as facts about the published code have them.
DCASE = [345, 313, 180, 245, 1897, 1516, 524, 2288, 1409, 2364, 636, 25077, 3598, 3617, 6885, 3162, 2075]


class Clips:
    """Clips of which only the tags are known."""

    def __init__(self, tags: Sequence[set[str]]) -> None:
        self.known = list(tags)

    def __len__(self) -> int:
        return len(self.known)

    def __getitem__(self, keys: Sequence[Key]) -> Batch:
        raise AssertionError("nothing is rendered to draw")

    def tags(self, epoch: int) -> list[set[str]]:
        return self.known


def untagged(count: int) -> Clips:
    return Clips([set()] * count)


tagged = st.lists(st.sets(st.sampled_from("abcd"), max_size=3), min_size=1, max_size=80).map(Clips)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 60), batch_size=st.integers(1, 25), seed=st.integers(0, 1000), epoch=st.integers(0, 100))
@pytest.mark.parametrize("drawing", [InOrder(), Shuffled()])
def test_every_clip_is_drawn_once_an_epoch(
    drawing: ClipSampler, count: int, batch_size: int, seed: int, epoch: int
) -> None:
    sampler = EpochSampler(untagged(count), batch_size, drawing, seed)
    sampler.set_epoch(epoch)
    batches = list(sampler)
    keys = [key for batch in batches for key in batch]
    assert sorted(keys[:count]) == [(epoch, index) for index in range(count)]
    assert len(batches) == len(sampler)
    assert list(sampler) == batches
    if isinstance(drawing, InOrder):
        assert len(keys) == count
        assert all(len(batch) == batch_size for batch in batches[:-1])
    else:
        # The last batch is filled up from the beginning.
        assert all(len(batch) == batch_size for batch in batches)
        assert all(key == keys[place % count] for place, key in enumerate(keys))


@settings(max_examples=60, deadline=None)
@given(clips=tagged, batch_size=st.integers(1, 25), epoch=st.integers(0, 9), devices=st.integers(1, 4))
@pytest.mark.parametrize("drawing", DRAWINGS)
def test_devices_share_each_batch(
    drawing: ClipSampler, clips: Clips, batch_size: int, epoch: int, devices: int
) -> None:
    alone = EpochSampler(clips, batch_size, drawing, 1)
    shares = [EpochSampler(clips, batch_size, drawing, 1, rank, devices) for rank in range(devices)]
    for sampler in (alone, *shares):
        sampler.set_epoch(epoch)
        assert len(list(sampler)) == len(sampler)
    for batch, *parts in zip(alone, *shares, strict=True):
        assert sorted(key for part in parts for key in part) == sorted(batch)


def order(drawing: ClipSampler, seed: int, epoch: int) -> list[int]:
    clips = Clips([{"a"}, {"b"}, set()] * 10)
    return [index for batch in drawing.batches(clips, 7, seed, epoch) for index in batch]


@pytest.mark.parametrize("drawing", [Shuffled(), Balanced(5, 3)])
def test_the_order_is_a_matter_of_seed_and_epoch(drawing: ClipSampler) -> None:
    assert order(drawing, 1, 4) == order(drawing, 1, 4)
    assert order(drawing, 1, 4) != order(drawing, 1, 5)
    assert order(drawing, 1, 4) != order(drawing, 2, 4)


def test_without_shuffling_clips_come_in_order() -> None:
    assert order(InOrder(), 1, 3) == list(range(30))


def test_weights_are_those_of_the_published_code() -> None:
    weights = Balanced(5, 1000).weights({str(place): count for place, count in enumerate(DCASE)})
    assert list(weights.values()) == [1, 1, 1, 1, 2, 2, 1, 3, 2, 3, 1, 5, 4, 4, 5, 4, 3]
    assert sum(weights.values()) == 43


@settings(max_examples=60, deadline=None)
@given(clips=tagged, ratio=st.integers(1, 5), step=st.integers(1, 30), seed=st.integers(0, 99))
def test_no_class_is_drawn_more_often_than_the_ratio_allows(clips: Clips, ratio: int, step: int, seed: int) -> None:
    # A batch of one whole list, so that each class is drawn as often as its weight says.
    drawing = Balanced(ratio, step)
    members = Counter(label for tags in clips.known for label in tags or {""})
    weights = drawing.weights(dict(members))
    assert max(weights.values()) <= ratio * min(weights.values())
    drawn = [index for batch in drawing.batches(clips, sum(weights.values()), seed, 0)[:1] for index in batch]
    assert len(drawn) == sum(weights.values())
    for label, weight in weights.items():
        having = sum(label in (clips.known[index] or {""}) for index in drawn)
        assert having >= weight
    if all(len(tags) <= 1 for tags in clips.known):
        assert Counter(label for index in drawn for label in clips.known[index] or {""}) == weights


def test_a_class_goes_through_its_clips_before_it_repeats_one() -> None:
    clips = Clips([{"rare"}] * 3 + [{"common"}] * 97)
    drawn = [index for batch in Balanced(1, 1000).batches(clips, 10, 0, 0) for index in batch]
    rare, common = ([index for index in drawn if (index < 3) == few] for few in (True, False))
    assert len(rare) == len(common) == 50
    assert len(set(common)) == 50
    assert all(set(rare[start : start + 3]) == {0, 1, 2} for start in range(0, 48, 3))


@pytest.mark.parametrize(("ratio", "step", "said"), [(0, 1, "ratio is 0"), (1, 0, "step is 0")])
def test_balance_that_makes_no_sense(ratio: int, step: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Balanced(ratio, step)


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["shuffled", "balanced"])
def test_two_processes_train_on_the_batches_of_one(sampler: str, tmp_path: Path) -> None:
    script = Path(__file__).with_name("listen.py")
    heard = {}
    for devices in (1, 2):
        folder = tmp_path / str(devices)
        folder.mkdir()
        subprocess.run([sys.executable, str(script), str(folder), sampler, str(devices)], check=True, timeout=300)
        ranks = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
        assert len(ranks) == devices
        heard[devices] = [sorted(itertools.chain(*parts)) for parts in zip(*ranks, strict=True)]
    assert heard[1] == heard[2]
    assert [len(batch) for batch in heard[1]] == [4] * 8
