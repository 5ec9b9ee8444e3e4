"""The cost of all detection metrics in the number of clips and of classes."""

from collections.abc import Callable, Iterator

from benchmarks.evaluation.detection_metrics import evaluate, make_outputs
from benchmarks.figure import EXPONENT, Figure
from benchmarks.settings import Settings
from benchmarks.timing import cost_exponent


def figures(settings: Settings) -> Iterator[Figure]:
    """The exponents, for 10 classes and for 100 clips. The number of events grows with that of the clips alone."""
    few, many = ((4, 8), (2, 4)) if settings.small else ((75, 150, 300, 600), (5, 10, 20, 40))

    def by_clips(clips: int) -> Callable[[], object]:
        outputs = make_outputs(clips, 3 if settings.small else 10)
        return lambda: evaluate(outputs)

    def by_classes(classes: int) -> Callable[[], object]:
        outputs = make_outputs(4 if settings.small else 100, classes)
        return lambda: evaluate(outputs)

    for name, make, sizes in (("clips", by_clips, few), ("classes", by_classes, many)):
        value = cost_exponent(make, sizes, 0)
        yield Figure(f"evaluation in {name}", value, EXPONENT, "1 is proportional", ceiling=1.5)
