"""Formats of which one file can hold many recordings."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, TextIO

from wsed.atomic import atomic_write
from wsed.inference.detected import Detected
from wsed.inference.formats.base import EventFormat


class CombinableFormat(EventFormat):
    """A format that consists of a header and rows.

    Attributes:
        header: the first line with its end, or an empty string.
    """

    header: ClassVar[str]

    @abstractmethod
    def rows(self, detected: Detected, written: int, start: float) -> str:
        """The rows of one recording.

        Args:
            detected: the events; there may be none.
            written: number of events before, of other recordings.
            start: seconds of the recordings before.
        """

    def text(self, detected: Detected) -> str:
        return self.header + self.rows(detected, written=0, start=0.0)

    @contextmanager
    def combined(self, path: Path) -> "Iterator[CombinedFile]":
        """Opens a file for many recordings; it appears, or replaces an older one, when the block ends without an error.

        Args:
            path: the file to create or replace.

        Yields:
            The file, to which recordings are added.
        """
        with atomic_write(path) as partial, partial.open("w", encoding="utf-8") as file:
            file.write(self.header)
            yield CombinedFile(self, file)


class CombinedFile:
    """A file of many recordings, of which none is kept in memory.

    Args:
        form: the format.
        file: a file with the header.
    """

    def __init__(self, form: CombinableFormat, file: TextIO) -> None:
        self.form = form
        self.file = file
        self.written = 0
        self.seconds = 0.0

    def add(self, detected: Detected) -> None:
        """Writes the events of the next recording.

        Raises:
            UserError: a name cannot be written; nothing of this recording is.
            OSError: the disk cannot be written.
        """
        self.form.check(detected.filename, detected.labels)
        self.file.write(self.form.rows(detected, self.written, self.seconds))
        self.written += len(detected.events)
        self.seconds += detected.duration
