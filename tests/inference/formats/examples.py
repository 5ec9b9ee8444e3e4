"""Recordings with events, ordinary and hostile, for the tests of file formats."""

from collections.abc import Sequence

import pandas as pd
from hypothesis import strategies as st

from wsed.inference.detected import Detected, DetectedEvent

COLUMNS = ["onset", "offset", "event_label", "score", "channel"]

HOSTILE = [
    "a\tb", "a\nb", "a\r", "\x85", "\u2028", "\0", "\x1b[2J", "", " a", "a ", '"', '"a" b', 'a "b"', "a,b", "=1+1",
    "Größe", "犬", "\ud800", "\ufeffa", "nan", "NA", "12", "1e5", "-", "\\", "\\ 1 2", "#a", "Room 101", "Note 0.5",
    "Dog 0.912345", "Dog (channel 2)", "Dog (channel 2) 0.912345", "item [2]", "ooTextFile short", '"IntervalTier"',
    'x"\nname = "y', "IntervalTier",
]  # fmt: skip

plain = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=12)
names = st.sampled_from(HOSTILE) | plain | st.text(max_size=12) | st.text(alphabet="a \"'=\t\n.0(1)", max_size=12)


@st.composite
def recordings(draw: st.DrawFn) -> Detected:
    """A recording with up to eight events in any order, with or without channels."""
    # Names of one kind, so that one that must be refused is not in every recording.
    kind = draw(st.sampled_from([names, plain]))
    labels = draw(st.lists(kind, min_size=1, max_size=3, unique=True))
    by_channel = draw(st.booleans())
    events = []
    for label in labels:
        for channel in (1, 2) if by_channel else (None,):
            # Times of a sample rate of 48 kHz: gaps and events may have one sample.
            samples = sorted(draw(st.sets(st.integers(0, 480_000), max_size=4)))
            for start, stop in zip(samples[::2], samples[1::2], strict=False):
                score = draw(st.floats(0, 1))
                events.append(DetectedEvent(start / 48_000, stop / 48_000, label, score, channel))
    return detected(draw(kind), draw(st.permutations(events)), labels)


def detected(
    filename: str, events: Sequence[DetectedEvent], labels: Sequence[str] = ("Dog", "Cat"), duration: float = 10.0
) -> Detected:
    """A recording of 16 kHz; it has channels if the first event has one."""
    table = pd.DataFrame(events, columns=COLUMNS)
    if not events or events[0].channel is None:
        table = table.drop(columns="channel")
    return Detected(filename, table, labels, duration, 16_000)


def dogs(filename: str, duration: float = 10.0) -> Detected:
    """A recording with two events without channels."""
    events = [DetectedEvent(0.00005, 1.5, "Dog", 0.912345, None), DetectedEvent(2.0, 3.25, "Cat", 0.00001, None)]
    return detected(filename, events, duration=duration)
