"""Formats of event files."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from wsed.atomic import write_text
from wsed.checks.names import is_writable, shortened
from wsed.errors import UserError
from wsed.inference.detected import DECIMALS, Detected


class EventFormat(ABC):
    """A file format for the events of a recording, in UTF-8.

    A reader of a file gets back exactly the names that were written: what the format cannot hold is refused. Times and
    scores have six decimals.

    Attributes:
        name: how the user chooses the format.
        suffix: how names of its files end.
    """

    name: ClassVar[str]
    suffix: ClassVar[str]

    @abstractmethod
    def text(self, detected: Detected) -> str:
        """The content of the file of one recording."""

    def why_not_filename(self, filename: str) -> str | None:
        """Why a name of a recording cannot be written, in words such as `is empty`; None if it can."""
        return None

    def why_not_label(self, label: str) -> str | None:
        """Why an event class cannot be written, in words such as `is empty`; None if it can."""
        return None

    def check(self, filename: str, labels: Iterable[str]) -> None:
        """Checks that names can be written, also before there are events.

        Args:
            filename: name or path of the recording.
            labels: all event classes.

        Raises:
            UserError: a name cannot be written.
        """
        reason = self.why_not_filename(filename)
        if reason:
            raise UserError(f"'{shortened(filename)}' {reason}, which {self.name} files cannot hold; rename the file")
        for label in labels:
            reason = self.why_not_label(label)
            if reason:
                raise UserError(
                    f"the event class '{shortened(label)}' {reason}, which {self.name} files cannot hold; "
                    "choose another format, such as jsonl"
                )

    def write(self, path: Path, detected: Detected) -> None:
        """Writes the events of one recording atomically.

        Args:
            path: the file to create or replace.
            detected: the events; there may be none.

        Raises:
            UserError: a name cannot be written, see `check`.
            OSError: the disk cannot be written.
        """
        self.check(detected.filename, detected.labels)
        write_text(path, self.text(detected))


def decimal(number: float) -> str:
    """A time or score as all formats write it, never with an exponent."""
    return f"{number:.{DECIMALS}f}"


def why_not_one_line(text: str) -> str | None:
    """Why a name cannot stand in a line of text, in words; None if it can."""
    if not text:
        return "is empty"
    return None if is_writable(text) else "has a tab, a line break or another character that is not text"
