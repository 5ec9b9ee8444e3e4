"""Corpora of annotated recordings, as they lie on disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from wsed.data.annotations import read_events, read_weak
from wsed.data.corpus_info import CorpusInfo
from wsed.data.leakage import leaks
from wsed.errors import UserError, did_you_mean
from wsed.prediction import Event


@dataclass(frozen=True)
class Clip:
    """One annotated recording.

    Attributes:
        filename: unique name in its corpus, as its annotation has it.
        path: of the audio file.
        tags: event classes in it.
        events: strong labels, or None where only tags are known.
        table: the file of its annotation.
        rows: the row of each event, or else of the tags.
    """

    filename: str
    path: Path
    tags: frozenset[str]
    events: tuple[Event, ...] | None
    table: Path
    rows: tuple[int, ...]

    def where(self, label: str, event: Event | None = None) -> str:
        """`FILE, row N` of an event, or of a label."""
        fits = (own == event if event else own.event_label == label for own in self.events or ())
        number = next((number for number, fit in enumerate(fits) if fit), 0)
        return f"{self.table}, row {self.rows[number]}"


class Corpus(Protocol):
    """What a corpus holds. One file of `wsed/data/` and one YAML of `conf/data/` make a new one."""

    info: CorpusInfo
    parts: Sequence[str]

    def clips(self, part: str) -> list[Clip]:
        """The clips of one of its parts, in the order of their annotation; no audio is read.

        Raises:
            UserError: annotation that is missing or wrong, by file and row.
        """
        ...


def weak_clips(table: Path, audio: Path) -> list[Clip]:
    """The clips of a table `filename event_labels`, whose recordings lie in the folder `audio`."""
    return [
        Clip(filename, audio / filename, tags, None, table, (row,))
        for filename, (row, tags) in read_weak(table).items()
    ]


def strong_clips(table: Path, audio: Path) -> list[Clip]:
    """The clips of a table `filename onset offset event_label`, whose recordings lie in the folder `audio`."""
    found = read_events(table)
    events: dict[str, list[Event]] = {}
    rows: dict[str, list[int]] = {}
    columns = ("filename", "onset", "offset", "event_label")
    for row, filename, onset, offset, label in zip(
        found.attrs["rows"], *(found[column] for column in columns), strict=True
    ):
        own = events.setdefault(filename, [])
        if pd.notna(label):
            own.append(Event(float(onset), float(offset), label))
            rows.setdefault(filename, []).append(row)
    return [
        Clip(
            filename,
            audio / filename,
            frozenset(event.event_label for event in own),
            tuple(own),
            table,
            tuple(rows.get(filename, ())),
        )
        for filename, own in events.items()
    ]


def check_labels(clips: Sequence[Clip], labels: Sequence[str]) -> None:
    """Refuses a clip with a label that is none of the corpus's classes.

    Raises:
        UserError: naming file, row and label.
    """
    for clip in clips:
        for label in sorted(clip.tags - set(labels)):
            raise UserError(
                f"{clip.where(label)}: {label} is none of data.labels; "
                f"correct it or add the class.{did_you_mean(label, list(labels))}"
            )


def check_parts(parts: Mapping[str, Sequence[str]], known: Sequence[str]) -> None:
    """Refuses a part that the corpus does not have, or that is in two splits.

    Raises:
        UserError: naming the split and the part.
    """
    used = [(name, split, name) for split, names in parts.items() for name in names]
    for name, split, _ in used:
        if name not in known:
            raise UserError(f"data.parts.{split}: there is no {name}; this corpus has {', '.join(known)}")
    for leak in leaks(used):
        raise UserError(f"data.parts: {leak.item} is in both {leak.home} and {leak.split}; take it out of one")
