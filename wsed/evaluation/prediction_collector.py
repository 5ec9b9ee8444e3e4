"""PredictionCollector: collects what a system says of a split, to be scored at the end."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from wsed.data.batch import Batch
from wsed.evaluation.separation_table import Separated, SeparationTable
from wsed.features.base import Features
from wsed.metrics.clip_based import tag_ranking
from wsed.metrics.frame_based import frame_ranking
from wsed.prediction import Event, Prediction, frame_targets


class PredictionCollector:
    """One pass over a split.

    Args:
        labels: event classes in the order of the `class` axis.
        features: of the system, for its frames and its STFT.
    """

    def __init__(self, labels: Sequence[str], features: Features) -> None:
        self.labels = tuple(labels)
        self.features = features
        self.filenames: list[str] = []
        self.events: list[list[Event]] = []
        self.durations: dict[str, float] = {}
        self.clip_probs: list[Tensor] = []
        self.weak: list[Tensor] = []
        self.frame_probs: list[Tensor] = []
        self.strong = True
        self.separation = SeparationTable(labels, features)

    def update(self, batch: Batch, prediction: Prediction, separated: Separated | None = None) -> None:
        """Takes in a batch.

        Args:
            batch: with sources, if its separation is to be scored.
            prediction: of the batch.
            separated: the system's sources.
        """
        self.filenames += batch.filenames
        self.events += batch.events
        samples = batch.waveform.shape[1]
        lengths = [samples] * len(batch.filenames) if batch.lengths is None else batch.lengths.tolist()
        seconds = [length / self.features.sample_rate for length in lengths]
        self.durations |= dict(zip(batch.filenames, seconds, strict=True))
        self.strong = self.strong and bool(batch.has_strong.all())
        self.clip_probs += list(prediction.clip_probs.float().cpu())
        self.weak += list(batch.weak.cpu())
        frames = prediction.frame_probs.float().cpu()
        inside = [frames.shape[2]] * len(frames) if prediction.valid is None else prediction.valid.sum(1).tolist()
        self.frame_probs += [clip[:, :count] for clip, count in zip(frames, inside, strict=True)]
        if separated is not None and batch.sources is not None:
            self.separation.update(batch, separated)

    def detection(self) -> dict[str, float]:
        """Tagging and frame scores, under flat names such as `tagging/map` and `frame/class/LABEL/eer`.

        Without strong labels, there are no frame scores.
        """
        tagging = tag_ranking(self.labels, torch.stack(self.clip_probs), torch.stack(self.weak)).scores("tagging")
        if not self.strong:
            return tagging
        rate = self.features.frames_per_second
        strong = [
            frame_targets(events, self.labels, probs.shape[1], rate)
            for events, probs in zip(self.events, self.frame_probs, strict=True)
        ]
        return {**tagging, **frame_ranking(self.labels, self.frame_probs, strong).scores("frame")}

    def reference(self) -> pd.DataFrame:
        """What there was, `filename onset offset event_label`; a clip without events has a row with its name alone.

        Without strong labels, a tag is an event from beginning to end.
        """
        # As in DESED.
        nothing: list[tuple[object, ...]] = [(None, None, None)]
        rows = [
            (filename, *event)
            for filename, events, weak in zip(self.filenames, self.events, self.weak, strict=True)
            for event in (events if self.strong else self._whole(filename, weak)) or nothing
        ]
        table = pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])
        return table.astype({"onset": float, "offset": float, "event_label": object})

    def _whole(self, filename: str, weak: Tensor) -> list[Event]:
        tags = (label for label, there in zip(self.labels, weak.tolist(), strict=True) if there)
        return [Event(0.0, self.durations[filename], label) for label in tags]

    def scores(self) -> dict[str, pd.DataFrame]:
        """Frame probabilities of each clip, `onset offset` and a column of each class, as sed_scores_eval has them."""
        return {
            filename: _score_table(probs, self.labels, self.features.frames_per_second)
            for filename, probs in zip(self.filenames, self.frame_probs, strict=True)
        }

    def tags(self) -> pd.DataFrame:
        """Clip probabilities, `filename` and a column of each class."""
        table = pd.DataFrame(torch.stack(self.clip_probs).numpy(), columns=list(self.labels))
        table.insert(0, "filename", self.filenames)
        return table

    def write(self, folder: Path) -> None:
        """Writes what was collected in the field's formats, so that it can be scored again without the system.

        Args:
            folder: gets `scores/CLIP.tsv`, `tags.tsv` (clip probabilities), `reference.tsv`, `durations.tsv` and, where
                the system separates, `separation.tsv`.
        """
        scores = folder / "scores"
        scores.mkdir(parents=True, exist_ok=True)
        for filename, table in self.scores().items():
            write_tsv(table, scores / f"{Path(filename).stem}.tsv")
        write_tsv(self.tags(), folder / "tags.tsv")
        write_tsv(self.reference(), folder / "reference.tsv")
        durations = pd.DataFrame({"filename": self.durations.keys(), "duration": self.durations.values()})
        write_tsv(durations, folder / "durations.tsv")
        if self.separation.rows:
            self.separation.write(folder / "separation.tsv")


def _score_table(frame_probs: Tensor, labels: Sequence[str], frames_per_second: float) -> pd.DataFrame:
    times = np.arange(frame_probs.shape[1] + 1) / frames_per_second
    table = pd.DataFrame(frame_probs.T.numpy(), columns=list(labels))
    table.insert(0, "onset", times[:-1])
    table.insert(1, "offset", times[1:])
    return table


def write_tsv(table: pd.DataFrame, path: Path) -> None:
    """Writes a table as the field's tools read it."""
    table.to_csv(path, sep="\t", index=False)
