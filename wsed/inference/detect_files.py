"""Events of many recordings, file by file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from wsed.data.audio.streams import Channels, open_stream
from wsed.errors import UserError
from wsed.inference.analysis import Analysis
from wsed.inference.detected import Detected
from wsed.inference.detection import Detection
from wsed.inference.inputs import Input
from wsed.inference.model import Model, joined
from wsed.postprocessing.base import Postprocessing


class Sink(Protocol):
    """Takes the results of recordings as they are finished."""

    def has(self, each: Input) -> bool:
        """Whether there is a result already."""

    def add(self, each: Input, detected: Detected, detections: Sequence[Detection]) -> None:
        """Takes a result.

        Raises:
            UserError: the names cannot be written.
        """

    def close(self) -> None:
        """Ends the pass."""


@dataclass(frozen=True)
class Totals:
    """What a pass over recordings did.

    Attributes:
        finished: number of recordings that were predicted.
        skipped: number of recordings that had results already.
        seconds: duration of those that were predicted.
        problems: what is wrong with the others, one line each.
    """

    finished: int
    skipped: int
    seconds: float
    problems: tuple[str, ...]


def detect_files(
    model: Model,
    inputs: Sequence[Input],
    sink: Sink,
    postprocessing: Postprocessing,
    classes: Sequence[str] | None,
    channels: Channels,
    progress: Callable[[Input, float], None],
) -> Totals:
    """Detects the events of recordings. One that cannot be read is reported at the end, and stops nothing.

    Args:
        model: the trained system.
        inputs: the recordings.
        sink: takes the results.
        postprocessing: turns scores into events.
        classes: the classes that are wanted; None for all.
        channels: see `Model.detect`.
        progress: called with the seconds that were read since it was called last.
    """
    predictor = model.predictor()
    problems: list[str] = []
    skipped, finished, seconds = 0, 0, 0.0

    def end(each: Input, analysis: Analysis) -> None:
        nonlocal finished, seconds
        tables = [detection.events(postprocessing, classes) for detection in analysis.detections]
        events = joined(tables, channels)
        # The last frame may end in the zeros that pad a recording shorter than a frame.
        events["offset"] = events["offset"].clip(upper=analysis.seconds)
        detected = Detected(each.name, events, model.labels, analysis.seconds, analysis.recording.sample_rate)
        try:
            sink.add(each, detected, analysis.detections)
        except UserError as error:
            problems.append(str(error))
            return
        finally:
            analysis.close()
        finished += 1
        seconds += analysis.seconds

    for each in inputs:
        if sink.has(each):
            skipped += 1
            continue
        try:
            with open_stream(each.path) as stream:
                Analysis(predictor, stream, channels, partial(end, each), progress=partial(progress, each)).read()
        except UserError as error:
            problems.append(str(error))
    predictor.flush()
    return Totals(finished, skipped, seconds, tuple(problems))
