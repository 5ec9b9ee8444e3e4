"""Selection tables of Raven."""

from typing import ClassVar

from wsed.inference.detected import Detected
from wsed.inference.formats.base import decimal, why_not_one_line
from wsed.inference.formats.combined import CombinableFormat
from wsed.inference.formats.tab_separated import tab_separated

COLUMNS = (
    "Selection",
    "View",
    "Channel",
    "Begin Time (s)",
    "End Time (s)",
    "Low Freq (Hz)",
    "High Freq (Hz)",
    "Annotation",
    "Score",
    "Begin Path",
    "File Offset (s)",
)


class Raven(CombinableFormat):
    """A selection table of Raven: the seven standard columns, then Annotation, Score, Begin Path and File Offset.

    A selection reaches over all frequencies, from 0 Hz to half the sample rate. In a table of many recordings, begin
    and end count from the start of the first one, as if Raven had opened all of them, and the offset from the start of
    the recording itself. Without channels, all events are in channel 1.
    """

    name: ClassVar[str] = "raven"
    suffix: ClassVar[str] = ".selections.txt"
    header: ClassVar[str] = "\t".join(COLUMNS) + "\n"

    def rows(self, detected: Detected, written: int, start: float) -> str:
        return tab_separated(
            [
                str(number),
                "Spectrogram 1",
                str(event.channel or 1),
                decimal(start + event.onset),
                decimal(start + event.offset),
                "0.0",
                f"{detected.sample_rate / 2:.1f}",
                event.event_label,
                decimal(event.score),
                detected.filename,
                decimal(event.onset),
            ]
            for number, event in enumerate(detected.rows(), written + 1)
        )

    def why_not_filename(self, filename: str) -> str | None:
        return why_not_one_line(filename)

    def why_not_label(self, label: str) -> str | None:
        return why_not_one_line(label)
