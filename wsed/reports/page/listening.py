"""The sounds of example clips: the mixture, the true event, and the event that each run separated."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wsed.reports.examples import Example
from wsed.reports.page.embedding import data_uri
from wsed.reports.runs import Run


@dataclass(frozen=True)
class Player:
    """One sound; `source` is a `data:` URI, or None if the run has no such sound."""

    title: str
    source: str | None


def listening_table(
    runs: Sequence[Run], labels: Sequence[str], examples: Sequence[Example]
) -> list[tuple[Example, list[Player]]]:
    """The sounds of each clip; runs without sounds are left out.

    Args:
        runs: the runs of one comparison.
        labels: a label for each run.
        examples: the clips.
    """
    files = {label: run.folder.predictions for run, label in zip(runs, labels, strict=True)}
    files = {label: own for label, own in files.items() if own.audio.is_dir()}
    table = []
    for example in examples if files else []:
        shared = [
            _player(name, [own.sound(example.filename, name) for own in files.values()])
            for name in ("mixture", "truth")
        ]
        separated = [_player(label, [own.sound(example.filename, "separated")]) for label, own in files.items()]
        table.append((example, [*shared, *separated]))
    return table


def _player(title: str, candidates: Sequence[Path]) -> Player:
    path = next((path for path in candidates if path.exists()), None)
    return Player(title, data_uri(path.read_bytes(), "audio/flac") if path else None)
