"""Types with ranges, for arguments that a config can set.

`wsed.config.validate` checks each argument against its type before anything is built, so a class that uses these types
needs no check of its own. No type admits infinity or not-a-number unless its name says so. The upper limits are far
above any use; they refuse a slip of the keyboard before memory is touched.
"""

from collections.abc import Sequence
from typing import Annotated

from annotated_types import Interval, Len

INFINITE = "infinite"
"""Metadata of a type that also admits infinity."""
CACHE = "cache"
"""Metadata of the type of a folder for decoded recordings; a file of others cannot set it."""

Count = Annotated[int, Interval(ge=1, le=10**8)]
CountFromZero = Annotated[int, Interval(ge=0, le=10**8)]
Size = Annotated[int, Interval(ge=1, le=10**6)]
"""Number of channels, bands, units or samples along one axis."""
SizeFromZero = Annotated[int, Interval(ge=0, le=10**6)]
Seed = Annotated[int, Interval(ge=0, le=2**32 - 1)]
Workers = Annotated[int, Interval(ge=0, le=1024)]
SampleRate = Annotated[int, Interval(ge=1000, le=10**6)]
"""Hz."""
Frequency = Annotated[float, Interval(ge=0, le=10**6)]
"""Hz."""
Seconds = Annotated[float, Interval(gt=0, le=86400)]
SecondsFromZero = Annotated[float, Interval(ge=0, le=86400)]
SecondsOrInfinite = Annotated[float, Interval(ge=0, le=86400), INFINITE]
Decibels = Annotated[float, Interval(ge=-200, le=200)]
Share = Annotated[float, Interval(ge=0, le=1)]
ShareAboveZero = Annotated[float, Interval(gt=0, le=1)]
ShareBelowOne = Annotated[float, Interval(ge=0, lt=1)]
Positive = Annotated[float, Interval(gt=0, le=10**6)]
NonNegative = Annotated[float, Interval(ge=0, le=10**6)]
Sizes = Annotated[Sequence[Size], Len(1, 1000)]
Range = Annotated[Sequence[float], Len(2, 2)]
"""The lowest and the highest value."""
Text = Annotated[str, Len(1, 200)]
CacheFolder = Annotated[str | None, CACHE]
