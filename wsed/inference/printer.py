"""Events of recordings as a table on standard output."""

from wsed.inference.analysis import Analysis
from wsed.inference.detected import Detected
from wsed.inference.files import Sink
from wsed.inference.formats.dcase import Dcase
from wsed.inference.inputs import Input


class Printer(Sink):
    """Prints the events of each recording as soon as it is finished, in the format of DCASE with a score."""

    def __init__(self) -> None:
        self._format = Dcase()
        self._header = self._format.header

    def add(self, each: Input, detected: Detected, analysis: Analysis) -> None:
        """See `Sink`."""
        self._format.check(detected.filename, detected.labels)
        print(self._header + self._format.rows(detected, 0, 0.0), end="", flush=True)
        self._header = ""
