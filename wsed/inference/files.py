"""Many recordings, file by file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from wsed.data.audio.streams import AudioStream, Channels, open_stream
from wsed.errors import UserError
from wsed.inference.analysis import Analysis
from wsed.inference.detected import Detected
from wsed.inference.inputs import Input
from wsed.inference.model import Model
from wsed.inference.overview import Overview
from wsed.inference.separator import Written
from wsed.postprocessing.base import Postprocessing


class Sink:
    """Takes the results of recordings as they are finished. A subclass defines `add`."""

    separates = False

    def has(self, each: Input) -> bool:
        """Whether there is a result already."""
        return False

    def sources(self, each: Input, stream: AudioStream) -> Written | None:
        """What takes the sources of a recording; None if they are not wanted."""
        return None

    def add(self, each: Input, detected: Detected, analysis: Analysis) -> None:
        """Takes a result.

        Raises:
            UserError: the names cannot be written.
        """
        raise NotImplementedError

    def overview(self, model: Model) -> Overview | None:
        """What makes the picture of a recording; None if it is not wanted."""
        return None

    def discard(self, each: Input) -> None:
        """Drops the sources of a recording that could not be read to its end."""

    def close(self) -> None:
        """Ends the pass."""


@dataclass(frozen=True)
class Totals:
    """What a pass over recordings did.

    Attributes:
        finished: number of recordings that were predicted.
        skipped: number of recordings that had results already.
        problems: what is wrong with the others, one line each.
    """

    finished: int
    skipped: int
    problems: tuple[str, ...]


def analyse_files(
    model: Model,
    inputs: Sequence[Input],
    sink: Sink,
    postprocessing: Postprocessing,
    classes: Sequence[str] | None,
    channels: Channels,
    progress: Callable[[Input, float], None],
) -> Totals:
    """Detects the events of recordings, and separates them if the sink takes sources.

    A recording that cannot be read is reported at the end, and stops nothing.

    Args:
        model: the trained system.
        inputs: the recordings.
        sink: takes the results.
        postprocessing: turns scores into events.
        classes: the classes that are wanted; None for all.
        channels: see `Model.detect`.
        progress: called with each recording and the seconds of it that were read since.
    """
    predictor = model.predictor(sink.separates)
    problems: list[str] = []
    skipped, finished = 0, 0

    def end(each: Input, analysis: Analysis) -> None:
        nonlocal finished
        events = analysis.events(postprocessing, classes)
        detected = Detected(each.name, events, model.labels, analysis.seconds, analysis.recording.sample_rate)
        try:
            sink.add(each, detected, analysis)
            finished += 1
        except UserError as error:
            problems.append(str(error))
        finally:
            analysis.close()

    for each in inputs:
        if sink.has(each):
            skipped += 1
            continue
        try:
            with open_stream(each.path) as stream:
                watching = (sink.sources(each, stream), partial(progress, each), sink.overview(model))
                Analysis(predictor, stream, channels, partial(end, each), *watching).read()
        except UserError as error:
            sink.discard(each)
            problems.append(str(error))
    predictor.flush()
    return Totals(finished, skipped, tuple(problems))
