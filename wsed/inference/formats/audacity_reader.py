"""Label tracks that were corrected in Audacity."""

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from wsed.checks.files import read_text
from wsed.checks.names import shortened
from wsed.errors import UserError, did_you_mean
from wsed.inference.formats.label_text import without_channel, without_score

COLUMNS = ("onset", "offset", "event_label", "channel")


def read_audacity(path: Path, labels: Sequence[str] | None = None) -> pd.DataFrame:
    """Reads a label track that Audacity exported, such as one of `Audacity.write` after corrections.

    A score at the end of a label is removed, see `label_text`; a label without one is read too. Lines that begin with
    a backslash and have the frequencies of the label above them are left out.

    Args:
        path: a text file in UTF-8.
        labels: the event classes that are allowed; None for any.

    Returns:
        The columns `onset offset event_label channel` in the order of the file: times in seconds, the channel from 1.
        `attrs["rows"]` has the line numbers in the file, from 1.

    Raises:
        UserError: the file cannot be read, or a line is no label of a part of the recording; the message names it.
    """
    known = None if labels is None else set(labels)
    events, numbers = [], []
    for number, line in enumerate(read_text(path).replace("\r\n", "\n").split("\n"), 1):
        if not line.strip() or line.startswith("\\"):
            continue
        where = f"{path}, line {number}"
        onset, offset, label, channel = _parse(line, where)
        if known is not None and label not in known:
            raise UserError(
                f"{where}: '{shortened(label)}' is no event class; correct the label.{did_you_mean(label, known)}"
            )
        events.append((onset, offset, label, channel))
        numbers.append(number)
    table = pd.DataFrame(events, columns=list(COLUMNS))
    table = table.astype({"onset": float, "offset": float, "event_label": object, "channel": int})
    table.attrs["rows"] = numbers
    return table


def _parse(line: str, where: str) -> tuple[float, float, str, int]:
    """Onset, offset, label and channel of a line."""
    values = line.split("\t")
    if len(values) not in (2, 3):
        raise UserError(f"{where}: has {len(values)} values; a label has a start, an end and a text, separated by tabs")
    onset, offset = _seconds(values[0], where), _seconds(values[1], where)
    if onset < 0:
        raise UserError(f"{where}: starts at {onset:g} s, before the recording; move the label")
    if offset <= onset:
        raise UserError(f"{where}: has no length; drag one edge of the label to where the event ends, or remove it")
    label, channel = without_channel(without_score(values[2].strip() if len(values) == 3 else ""))
    if not label:
        raise UserError(f"{where}: has no text; name the event class")
    return onset, offset, label, channel


def _seconds(value: str, where: str) -> float:
    try:
        # Audacity takes a comma for a point, and old versions write one in some languages.
        seconds = float(value.replace(",", "."))
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise UserError(f"{where}: '{shortened(value)}' is no time in seconds; export the labels from Audacity again")
    return seconds
