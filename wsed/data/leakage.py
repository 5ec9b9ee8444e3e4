"""What may be in one split alone."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Leak(Generic[Thing]):
    """Something in `split`, of which `first` was in the split `home` before."""

    item: Thing
    split: str
    first: Thing
    home: str


def leaks(entries: Iterable[tuple[Hashable, str, Thing]]) -> Iterator[Leak[Thing]]:
    """What is in another split than the first of its kind.

    Args:
        entries: what makes two things one, such as their original recording; a split; and the thing.
    """
    homes: dict[Hashable, tuple[Thing, str]] = {}
    for kind, split, item in entries:
        first, home = homes.setdefault(kind, (item, split))
        if home != split:
            yield Leak(item, split, first, home)
