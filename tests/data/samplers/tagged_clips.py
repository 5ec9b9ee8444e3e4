"""A dataset of clips of which only the tags are known."""

from collections.abc import Sequence

from hypothesis import strategies as st

from wsed.data.batch import Batch
from wsed.data.datasets.base import Key


class TaggedClips:
    """Clips of which only the tags are known."""

    def __init__(self, tags: Sequence[set[str]]) -> None:
        self.known = list(tags)

    def __len__(self) -> int:
        return len(self.known)

    def __getitem__(self, keys: Sequence[Key]) -> Batch:
        raise AssertionError("nothing is rendered to draw")

    def tags(self, epoch: int) -> list[set[str]]:
        return self.known


def untagged(count: int) -> TaggedClips:
    return TaggedClips([set()] * count)


tagged = st.lists(st.sets(st.sampled_from("abcd"), max_size=3), min_size=1, max_size=80).map(TaggedClips)
