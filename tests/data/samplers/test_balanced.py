"""Balanced batches."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.samplers.tagged_clips import TaggedClips, tagged
from wsed.data.samplers.balanced import Balanced

DCASE = [345, 313, 180, 245, 1897, 1516, 524, 2288, 1409, 2364, 636, 25077, 3598, 3617, 6885, 3162, 2075]
"""The number of clips of each class of DCASE 2017 task 4, as in the published code of Xu 2018."""


def test_weights_are_those_of_the_published_code() -> None:
    weights = Balanced(5, 1000).weights({str(place): count for place, count in enumerate(DCASE)})
    assert list(weights.values()) == [1, 1, 1, 1, 2, 2, 1, 3, 2, 3, 1, 5, 4, 4, 5, 4, 3]
    assert sum(weights.values()) == 43


@settings(max_examples=60, deadline=None)
@given(clips=tagged, ratio=st.integers(1, 5), step=st.integers(1, 30), seed=st.integers(0, 99))
def test_no_class_is_drawn_more_often_than_the_ratio_allows(
    clips: TaggedClips, ratio: int, step: int, seed: int
) -> None:
    # A batch of one whole list, so that each class is drawn as often as its weight says.
    sampler = Balanced(ratio, step)
    members = Counter(label for tags in clips.known for label in tags or {""})
    weights = sampler.weights(dict(members))
    assert max(weights.values()) <= ratio * min(weights.values())
    drawn = [index for batch in sampler.batches(clips, sum(weights.values()), seed, 0)[:1] for index in batch]
    assert len(drawn) == sum(weights.values())
    for label, weight in weights.items():
        having = sum(label in (clips.known[index] or {""}) for index in drawn)
        assert having >= weight
    if all(len(tags) <= 1 for tags in clips.known):
        assert Counter(label for index in drawn for label in clips.known[index] or {""}) == weights


def test_a_class_goes_through_its_clips_before_it_repeats_one() -> None:
    clips = TaggedClips([{"rare"}] * 3 + [{"common"}] * 97)
    drawn = [index for batch in Balanced(1, 1000).batches(clips, 10, 0, 0) for index in batch]
    rare, common = ([index for index in drawn if (index < 3) == few] for few in (True, False))
    assert len(rare) == len(common) == 50
    assert len(set(common)) == 50
    assert all(set(rare[start : start + 3]) == {0, 1, 2} for start in range(0, 48, 3))


@pytest.mark.parametrize(("ratio", "step", "said"), [(0, 1, "ratio is 0"), (1, 0, "step is 0")])
def test_arguments_out_of_range_are_refused(ratio: int, step: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Balanced(ratio, step)
