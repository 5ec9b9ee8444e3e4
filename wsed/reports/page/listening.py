"""The sounds of example clips: the mixture, the true event, and the event that each run separated."""

from collections.abc import Sequence
from dataclasses import dataclass

from wsed.checks.files import exists, read_bytes
from wsed.errors import UserError
from wsed.reports.examples import Example
from wsed.reports.page.embedding import data_uri
from wsed.reports.runs import Run, left_out

FLAC = b"fLaC"
"""The first bytes of a FLAC file."""
MOST_BYTES = 2**24
"""Size of the largest sound."""
MOST_TOGETHER = 2**28
"""Size of all sounds of a page."""


@dataclass(frozen=True)
class Player:
    """One sound; `source` is a `data:` URI, or None if the run has no such sound."""

    title: str
    source: str | None


def listening_table(
    runs: Sequence[Run], labels: Sequence[str], examples: Sequence[Example]
) -> list[tuple[Example, list[Player]]]:
    """The sounds of each clip; runs without sounds and files that are no sounds are left out.

    Args:
        runs: the runs of one comparison.
        labels: a label for each run.
        examples: the clips.
    """
    sounding = {label: run for run, label in zip(runs, labels, strict=True) if exists(run.folder.predictions.audio)}
    sounds = _Sounds()
    table = []
    for example in examples if sounding else []:
        shared = {
            name: next(filter(None, (sounds.source(run, example, name) for run in sounding.values())), None)
            for name in ("mixture", "truth")
        }
        separated = {label: sounds.source(run, example, "separated") for label, run in sounding.items()}
        table.append((example, [Player(*sound) for sound in [*shared.items(), *separated.items()]]))
    return table


class _Sounds:
    """Reads sounds until they have `MOST_TOGETHER` bytes together."""

    def __init__(self) -> None:
        self.size = 0

    def source(self, run: Run, example: Example, name: str) -> str | None:
        """A sound as a `data:` URI; None if the run does not have it, or its file is damaged."""
        path = run.folder.predictions.sound(example.filename, name)
        if self.size > MOST_TOGETHER or not exists(path):
            return None
        with left_out(run):
            content = read_bytes(path, MOST_BYTES, inside=run.folder.path)
            if not content.startswith(FLAC):
                raise UserError(f"{path}: is no FLAC file; replace it or remove it")
            self.size += len(content)
            if self.size > MOST_TOGETHER:
                raise UserError(f"{path}: is one sound too many for a page; compare fewer runs")
            return data_uri(content, "audio/flac")
        return None
