"""Types with ranges, for arguments that a config can set.

`wsed.config.validate` checks each argument against its type before anything is built, so a class that uses these types
needs no check of its own. No type admits infinity or not-a-number unless its name says so. The limits are far beyond
any use; they refuse a slip of the keyboard before memory is touched, and numbers that float32 cannot tell from 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from annotated_types import GroupedMetadata, Interval, Len, Predicate

INFINITE = "infinite"
"""Metadata of a type that also admits infinity."""
CACHE = "cache"
"""Metadata of the type of a folder for decoded recordings; a file of others cannot set it."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Keys(GroupedMetadata):
    """Metadata of a mapping that has exactly these keys."""

    names: tuple[str, ...]

    def __iter__(self) -> Iterator[object]:
        yield Predicate(lambda mapping: set(mapping) == set(self.names))


Count = Annotated[int, Interval(ge=1, le=10**8)]
CountFromZero = Annotated[int, Interval(ge=0, le=10**8)]
BatchSize = Annotated[int, Interval(ge=1, le=10**5)]
Clips = Annotated[int, Interval(ge=0, le=10**7)]
Size = Annotated[int, Interval(ge=1, le=16384)]
"""Number of channels, bands or units along one axis."""
SizeFromZero = Annotated[int, Interval(ge=0, le=16384)]
Kernel = Annotated[int, Interval(ge=1, le=1023)]
"""Number of frames or bands that one filter covers."""
Growth = Annotated[int, Interval(ge=1, le=8)]
"""Factor from one block to the next."""
Samples = Annotated[int, Interval(ge=2, le=2**20)]
"""Number of samples in a frame."""
Draws = Annotated[int, Interval(ge=0, le=10**4)]
Seed = Annotated[int, Interval(ge=0, le=2**32 - 1)]
Few = Annotated[int, Interval(ge=1, le=1024)]
"""Number of things that exist one by one: devices, processes, folds."""
FewFromZero = Annotated[int, Interval(ge=0, le=1024)]
Workers = FewFromZero
Fold = Few
Folds = Annotated[int, Interval(ge=2, le=1024)]
"""Number of folds that recordings are distributed over."""
SampleRate = Annotated[int, Interval(ge=1000, le=10**6)]
"""Hz."""
Frequency = Annotated[float, Interval(ge=0, le=10**6)]
"""Hz."""
Seconds = Annotated[float, Interval(ge=0.001, le=86400)]
SecondsFromZero = Annotated[float, Interval(ge=0, le=86400)]
SecondsOrInfinite = Annotated[float, Interval(ge=0, le=86400), INFINITE]
SegmentSeconds = Annotated[float, Interval(ge=0.01, le=86400)]
ClipSeconds = Annotated[float, Interval(ge=0.01, le=3600)]
FilterSeconds = Annotated[float, Interval(ge=0, le=60)]
"""Length of a filter over time; 0 for none."""
Decibels = Annotated[float, Interval(ge=-200, le=200)]
DecibelsBelowZero = Annotated[float, Interval(ge=-200, lt=0)]
DecibelSpread = Annotated[float, Interval(ge=0, le=100)]
"""Standard deviation in dB."""
Speed = Annotated[float, Interval(ge=0.01, le=100)]
"""Factor on the speed of a recording."""
Share = Annotated[float, Interval(ge=0, le=1)]
ShareAboveZero = Annotated[float, Interval(ge=1e-6, le=1)]
ShareBelowOne = Annotated[float, Interval(ge=0, lt=1)]
Positive = Annotated[float, Interval(gt=0, le=10**6)]
NonNegative = Annotated[float, Interval(ge=0, le=10**6)]
Exponent = Annotated[float, Interval(ge=0, le=1000)]
Alpha = Annotated[float, Interval(ge=-1000, le=1000)]
Sharpness = Annotated[float, Interval(ge=0.01, le=1000)]
Floor = Annotated[float, Interval(ge=1e-30, le=1000)]
"""Added to a number before its logarithm."""
Margin = Annotated[float, Interval(gt=0, lt=0.5)]
"""Smallest distance of a probability from 0 and from 1."""

Text = Annotated[str, Len(1, 200)]
Tag = Annotated[str, Len(1, 64)]
PathText = Annotated[str, Len(1, 4096)]
CacheFolder = Annotated[str | None, Len(1, 4096), CACHE]
Pattern = Annotated[str, Len(0, 200)]
"""A regular expression."""
LongText = Annotated[str, Len(1, 10_000)]
Number = Annotated[float, Interval(ge=-1e15, le=1e15)]
Scalar = bool | Number | Annotated[str, Len(0, 10_000)] | None
"""A single value for another program."""

ListOf = Annotated[Sequence[Value], Len(1, 1000)]
ListOrEmpty = Annotated[Sequence[Value], Len(0, 10_000)]
Pair = Annotated[Sequence[Value], Len(2, 2)]
"""The lowest and the highest value, or one value for each of two."""
Named = Annotated[Mapping[Text, Value], Len(0, 10_000)]
OfSplits = Annotated[Mapping[str, Value], Keys(("train", "val", "test"))]
Sizes = ListOf[Size]
Labels = Annotated[Sequence[Text], Len(1, 10_000)]
"""Event classes, or scenes, in the order of an axis."""
