"""Label tracks of Audacity."""

from typing import ClassVar

from wsed.inference.detected import Detected
from wsed.inference.formats.base import EventFormat, decimal, why_not_one_line
from wsed.inference.formats.label_text import why_not_with_channel, with_channel, without_score


class Audacity(EventFormat):
    """A label track of Audacity: lines of start, end and `label score`, separated by tabs.

    The score is the last word of the label, with six decimals; see `label_text` for it and for channels above 1.
    Audacity knows no quotes, so labels have none around them: `pandas.read_csv` needs `quoting=csv.QUOTE_NONE`.
    """

    name: ClassVar[str] = "audacity"
    suffix: ClassVar[str] = ".txt"

    def text(self, detected: Detected) -> str:
        return "".join(
            f"{decimal(event.onset)}\t{decimal(event.offset)}\t"
            f"{with_channel(event.event_label, event.channel)} {decimal(event.score)}\n"
            for event in detected.rows()
        )

    def why_not_label(self, label: str) -> str | None:
        if label != label.strip():
            return "begins or ends with a space"
        if label != without_score(label):
            return "ends like a score"
        return why_not_one_line(label) or why_not_with_channel(label)
