"""Leakage between splits: recordings of one original in more than one split."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Leak(Generic[Item]):
    """Two items of one original in two splits.

    Attributes:
        item: the later item.
        split: split of `item`.
        first: the earlier item.
        first_split: split of `first`.
    """

    item: Item
    split: str
    first: Item
    first_split: str


def leaks(entries: Iterable[tuple[Hashable, str, Item]]) -> Iterator[Leak[Item]]:
    """Finds every item that is in another split than the first item of the same original.

    Args:
        entries: the original, which is any value that equal items share; the split; and the item.
    """
    firsts: dict[Hashable, tuple[Item, str]] = {}
    for original, split, item in entries:
        first, first_split = firsts.setdefault(original, (item, split))
        if first_split != split:
            yield Leak(item, split, first, first_split)
