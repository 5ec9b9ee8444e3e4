"""The interface of corpora, which are annotated recordings on disk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wsed.checks.names import shortened
from wsed.data.annotations import TOLERANCE
from wsed.data.corpus_info import CorpusInfo
from wsed.data.leakage import leaks
from wsed.data.merging import merging_remark, touching
from wsed.errors import UserError, did_you_mean
from wsed.prediction import Event


@dataclass(frozen=True)
class Clip:
    """One annotated recording.

    Attributes:
        filename: name in the annotation, unique in the corpus.
        path: path of the audio file.
        tags: weak labels, the event classes in the clip.
        events: strong labels; empty if the clip has no event, None if only the tags are known.
        table: the annotation file, for messages.
        rows: the line number of each event in `table`, or of the tags if there are no events.
    """

    filename: str
    path: Path
    tags: frozenset[str]
    events: tuple[Event, ...] | None
    table: Path
    rows: tuple[int, ...]

    def annotation_row(self, label: str, event: Event | None = None) -> str:
        """`FILE, row N` of an event, or of the first event with a label, for messages."""
        matches = (own == event if event else own.event_label == label for own in self.events or ())
        number = next((number for number, match in enumerate(matches) if match), 0)
        return f"{self.table}, row {self.rows[number]}"


class Corpus(Protocol):
    """Reads the annotation of a corpus. `RecordingDataModule` reads the audio and makes the splits.

    To add a corpus, write one class with these members and one YAML in `conf/data/`, such as `conf/data/tables.yaml`,
    whose `corpus` node has the class as `_target_` and the arguments of its constructor as keys. Functions of
    `wsed.data.corpora.label_tables` read the DCASE formats.

    Attributes:
        info: facts that `wsed data list` shows.
        parts: names of the corpus's parts, such as `("train", "test")`. The config `data.parts` assigns them to splits.
    """

    info: CorpusInfo
    parts: Sequence[str]

    def clips(self, part: str) -> list[Clip]:
        """The clips of a part, in the order of the annotation. Reads no audio.

        Args:
            part: one of `parts`.

        Raises:
            UserError: an annotation is missing or wrong; the message names the file and the row.
        """
        ...


def check_tags(clips: Sequence[Clip], labels: Sequence[str]) -> None:
    """Checks that every label is one of the event classes.

    Raises:
        UserError: a label is not; the message names the file, the row and the label.
    """
    for clip in clips:
        for label in sorted(clip.tags - set(labels)):
            raise UserError(
                f"{clip.annotation_row(label)}: {shortened(label)} is none of data.labels; "
                f"correct it or add the class.{did_you_mean(label, list(labels))}"
            )


def check_unique(clips: Iterable[Clip]) -> None:
    """Checks that no two clips of a split have one name or one file.

    Raises:
        UserError: two clips do; the message names them.
    """
    known: set[str | Path] = set()
    for clip in clips:
        if clip.filename in known or clip.path in known:
            raise UserError(f"{clip.table}: {shortened(clip.filename)} is there twice in one split; remove one")
        known |= {clip.filename, clip.path}


def originals(splits: Mapping[str, Sequence[Clip]]) -> Iterator[tuple[str, str, str]]:
    """What must not be in two splits, for `wsed.data.leakage.leaks`: the name of each clip, and its file."""
    for split, clips in splits.items():
        for clip in clips:
            yield clip.filename, split, clip.filename
            yield str(clip.path), split, clip.filename


def merging_remarks(clips: Iterable[Clip]) -> list[str]:
    """Says in one line that events of one class that touch or overlap are merged; empty if there are none."""
    joined = (
        f"{clip.table}, row {clip.rows[index]}"
        for clip in clips
        for group in touching(clip.events or ())
        for index in group[1:]
    )
    return merging_remark(joined)


def check_events(clip: Clip, seconds: float) -> None:
    """Checks that no event is beyond the end of its recording.

    Args:
        clip: the clip and its events.
        seconds: duration of the recording.

    Raises:
        UserError: an event is; the message names the file and the row.
    """
    for event in clip.events or ():
        if event.onset >= seconds or event.offset > seconds + TOLERANCE:
            raise UserError(
                f"{clip.annotation_row(event.event_label, event)}: {event.event_label} from {event.onset:g} to "
                f"{event.offset:g} s is beyond the {seconds:g} s of {clip.filename}; correct the row"
            )


def check_parts(parts: Mapping[str, Sequence[str]], known: Sequence[str]) -> None:
    """Checks that the corpus has every part, and that no part is in two splits.

    Args:
        parts: names of parts, by split.
        known: the parts of the corpus.

    Raises:
        UserError: a part is unknown or in two splits; the message names the split and the part.
    """
    used = [(name, split, name) for split, names in parts.items() for name in names]
    for name, split, _ in used:
        if name not in known:
            raise UserError(f"data.parts.{split}: there is no {name}; this corpus has {', '.join(known)}")
    for leak in leaks(used):
        raise UserError(f"data.parts: {leak.item} is in both {leak.first_split} and {leak.split}; take it out of one")
