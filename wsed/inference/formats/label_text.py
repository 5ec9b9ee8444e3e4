"""Channels and scores in the text of a label, for formats without a place of their own for them.

An event in channel 2 has ` (channel 2)` after its label, one in channel 1 has nothing. A score comes last, as a space
and a number with one digit before the point and six after it: `Dog bark 0.912345`, `Room 101 (channel 2) 1.000000`.
"""

import re

from wsed.inference.detected import DECIMALS

_CHANNEL = re.compile(r"(.+) \(channel ([1-9][0-9]{0,8})\)", re.DOTALL)
_SCORE = re.compile(rf"(.+) [01]\.[0-9]{{{DECIMALS}}}", re.DOTALL)


def with_channel(label: str, channel: int | None) -> str:
    """A label with the channel, if it is above 1."""
    return f"{label} (channel {channel})" if channel is not None and channel > 1 else label


def without_channel(text: str) -> tuple[str, int]:
    """The label and the channel of a text of `with_channel`."""
    found = _CHANNEL.fullmatch(text)
    return (found[1], int(found[2])) if found else (text, 1)


def without_score(text: str) -> str:
    """A text without a score at its end."""
    found = _SCORE.fullmatch(text)
    return found[1] if found else text


def why_not_with_channel(label: str) -> str | None:
    """Why the channel of a label could be misread, in words; None if it cannot."""
    return "ends like a channel" if without_channel(label) != (label, 1) else None
