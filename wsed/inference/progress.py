"""How far a pass over recordings is, and how fast."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from wsed.inference.inputs import Input


class SpeedBar:
    """A bar on standard error, with the speed relative to real time; only the end is shown where it is no terminal.

    Args:
        inputs: the recordings.
    """

    def __init__(self, inputs: Sequence[Input]) -> None:
        self.inputs = inputs
        self.seconds = 0.0
        self._places = {each.name: place for place, each in enumerate(inputs)}
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f} recordings, {task.fields[speed]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("Detecting", total=len(inputs), speed="")
        self._started = time.perf_counter()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advance(self, each: Input, seconds: float) -> None:
        """Adds seconds of a recording that were read."""
        self.seconds += seconds
        self._bar.update(self._task, completed=self._places[each.name], speed=self.speed())

    def speed(self) -> str:
        """The speed so far in words."""
        return f"{self.seconds / max(1e-9, time.perf_counter() - self._started):.3g} times real time"
