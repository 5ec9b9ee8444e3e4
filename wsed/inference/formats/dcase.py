"""Tables of events as DCASE, sed_eval and `wsed evaluate` read them."""

from typing import ClassVar

from wsed.inference.detected import Detected
from wsed.inference.formats.base import decimal, why_not_one_line
from wsed.inference.formats.combined import CombinableFormat
from wsed.inference.formats.label_text import why_not_with_channel, with_channel
from wsed.inference.formats.tab_separated import tab_separated


class Dcase(CombinableFormat):
    """A table `filename onset offset event_label score`; a clip without events has a row with only its name.

    The label of an event in a channel above 1 ends with ` (channel 2)`. Names that begin with `=` are written as they
    are, so import the file as text into a spreadsheet.
    """

    name: ClassVar[str] = "tsv"
    suffix: ClassVar[str] = ".tsv"
    header: ClassVar[str] = "filename\tonset\toffset\tevent_label\tscore\n"

    def rows(self, detected: Detected, written: int, start: float) -> str:
        rows = [
            [
                detected.filename,
                decimal(event.onset),
                decimal(event.offset),
                with_channel(event.event_label, event.channel),
                decimal(event.score),
            ]
            for event in detected.rows()
        ]
        return tab_separated(rows or [[detected.filename]])

    def why_not_filename(self, filename: str) -> str | None:
        return why_not_one_line(filename)

    def why_not_label(self, label: str) -> str | None:
        return why_not_one_line(label) or why_not_with_channel(label)
