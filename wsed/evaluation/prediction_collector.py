"""Collects the predictions of a system on a split, batch by batch."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from wsed.data.batch import Batch
from wsed.evaluation.score_writer import ScoreWriter
from wsed.evaluation.separation_table import Separated, SeparationTable
from wsed.features.base import Features
from wsed.metrics.outputs import ClipPredictions, Outputs
from wsed.postprocessing.base import Postprocessing
from wsed.prediction import Prediction
from wsed.runs.folder import PredictionFiles


class PredictionCollector(ClipPredictions):
    """The predictions of one pass over a split.

    Args:
        labels: event classes in the order of the `class` axis.
        features: features of the system, for the frame rate and the STFT.
    """

    def __init__(self, labels: Sequence[str], features: Features) -> None:
        super().__init__(tuple(labels), features.frames_per_second)
        self.features = features
        self.separation = SeparationTable(labels, features)

    def update(self, batch: Batch, prediction: Prediction, separated: Separated | None = None) -> None:
        """Adds a batch.

        Args:
            batch: the batch; separation is scored only if it has sources.
            prediction: prediction for the batch.
            separated: the sources that the system separated.
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

    def outputs(self, postprocessing: Postprocessing | None = None) -> Outputs:
        """The predictions in the form that metrics need.

        Args:
            postprocessing: turns scores into events and tags; without it, the outputs have neither.
        """
        outputs = super().outputs()
        if self.separation.rows:
            outputs = replace(outputs, separation=self.separation.table())
        if postprocessing is None:
            return outputs
        assert outputs.scores is not None
        events = postprocessing.detect(outputs.scores, outputs.tags)
        thresholds = postprocessing.tag_thresholds(self.labels)
        return replace(outputs, events=events, tag_thresholds=thresholds)

    def write(self, files: PredictionFiles) -> None:
        """Writes the predictions in the field's formats, so that they can be scored again without the system.

        Args:
            files: files to write: scores, tags, the reference, durations and, if the system separates, the separation
                ratios.
        """
        files.scores.mkdir(parents=True, exist_ok=True)
        paths = files.score_files(self.filenames)
        writer = ScoreWriter(self.labels, self.frames_per_second)
        for filename, probs in zip(self.filenames, self.frame_probs, strict=True):
            writer.write(paths[filename], probs)
        write_tsv(self.tags(), files.tags)
        write_tsv(self.reference(), files.reference)
        durations = pd.DataFrame({"filename": self.durations.keys(), "duration": self.durations.values()})
        write_tsv(durations, files.durations)
        if self.separation.rows:
            write_tsv(self.separation.table(), files.separation)


def write_tsv(table: pd.DataFrame, path: Path) -> None:
    """Writes a table in the format that the field's tools read."""
    table.to_csv(path, sep="\t", index=False)
