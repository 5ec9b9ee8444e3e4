"""The cost of rendering mixtures in their duration."""

from collections.abc import Callable, Iterator

from benchmarks.data.mixing import CLIPS, dataset
from benchmarks.figure import EXPONENT, Figure
from benchmarks.settings import Settings
from benchmarks.timing import cost_exponent


def figures(settings: Settings) -> Iterator[Figure]:
    """The exponent, from 4 s to 32 s."""
    sizes = (2, 4) if settings.small else (4, 8, 16, 32)

    def make(duration: int) -> Callable[[], object]:
        clips = dataset(float(duration))
        keys = [(0, index * len(clips) // CLIPS) for index in range(CLIPS)]
        return lambda: clips[keys]

    exponent = cost_exponent(make, sizes, settings.seconds)
    yield Figure("rendering in seconds of audio", exponent, EXPONENT, compared="1 is proportional", ceiling=1.5)
