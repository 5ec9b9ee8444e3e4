"""Scorer: collects what a system says of a split, and scores it once at the end."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from wsed.data.batch import Batch, Event
from wsed.features.log_mel import LogMel
from wsed.metrics.detection import frame_scores, frame_targets
from wsed.metrics.separation import bss_eval, separate_ideally
from wsed.metrics.tagging import tagging_scores
from wsed.prediction import Prediction

Separated = tuple[Tensor, Tensor]
"""Classes `(batch, class, samples)` and background `(batch, samples)`."""

MIXTURE, IDEAL = "mixture", "ideal_binary_mask"
"""What a system's separation is compared with: the untouched mixture, and the ideal binary mask."""


class Scorer:
    """Scores of one pass over a split.

    Args:
        labels: event classes in the order of the `class` axis.
        features: of the system, for its frames and its STFT.
    """

    def __init__(self, labels: Sequence[str], features: LogMel) -> None:
        self.labels = labels
        self.features = features
        self.filenames: list[str] = []
        self.events: list[list[Event]] = []
        self.durations: list[float] = []
        self.clip_probs: list[Tensor] = []
        self.weak: list[Tensor] = []
        self.frame_probs: list[Tensor] = []
        self.strong: list[Tensor] = []
        self.separation_rows: list[dict[str, object]] = []

    def update(self, batch: Batch, prediction: Prediction, separated: Separated | None = None) -> None:
        """Takes in a batch.

        Args:
            batch: with sources, if `separated` is given.
            prediction: of the batch.
            separated: the system's sources.
        """
        frames = prediction.frame_probs.shape[2]
        rate = self.features.frames_per_second
        self.filenames += batch.filenames
        self.events += batch.events
        self.durations += [batch.waveform.shape[1] / self.features.sample_rate] * len(batch.filenames)
        self.clip_probs += list(prediction.clip_probs.float().cpu())
        self.weak += list(batch.weak.cpu())
        self.frame_probs += list(prediction.frame_probs.float().cpu())
        self.strong += [frame_targets(events, self.labels, frames, rate) for events in batch.events]
        if separated is not None and batch.sources is not None:
            self._separation(batch, separated)

    def _separation(self, batch: Batch, separated: Separated) -> None:
        assert batch.sources is not None
        assert batch.background_source is not None
        truth = torch.cat([batch.sources, batch.background_source[:, None]], 1)
        untouched = batch.waveform[:, None].expand_as(truth)
        methods = {
            "": torch.cat([separated[0], separated[1][:, None]], 1),
            MIXTURE: untouched,
            IDEAL: torch.cat([part if part.ndim == 3 else part[:, None] for part in self._ideal(batch)], 1),
        }
        sounding = truth.any(2)
        # Clips with the same number of sounding sources are scored in one go.
        for count in sorted(set(sounding.sum(1).tolist())):
            clips = (sounding.sum(1) == count).nonzero().flatten()
            which = sounding[clips].nonzero()[:, 1].view(len(clips), count)
            references = truth[clips[:, None], which]
            estimates = torch.stack([estimate[clips[:, None], which] for estimate in methods.values()])
            scores = bss_eval(estimates, references)
            for number, method in enumerate(methods):
                of_method = {name: score[number] for name, score in scores.items()}
                self._add_rows(method, [batch.filenames[clip] for clip in clips], which, of_method)

    def _ideal(self, batch: Batch) -> Separated:
        assert batch.sources is not None
        return separate_ideally(self.features, batch.waveform, batch.sources)

    def _add_rows(self, method: str, filenames: list[str], which: Tensor, scores: dict[str, Tensor]) -> None:
        names = [*self.labels, "background"]
        for clip, filename in enumerate(filenames):
            for place, source in enumerate(which[clip].tolist()):
                values = {name: float(score[clip, place]) for name, score in scores.items()}
                self.separation_rows.append({"filename": filename, "method": method, "source": names[source], **values})

    def detection(self) -> dict[str, float]:
        """Tagging and frame scores, under flat names such as `tagging/map` and `frame/class/LABEL/eer`."""
        return {
            **tagging_scores(torch.stack(self.clip_probs), torch.stack(self.weak), self.labels),
            **frame_scores(torch.cat(self.frame_probs, 1), torch.cat(self.strong, 1), self.labels),
        }

    def separation(self) -> dict[str, float]:
        """SDR, SIR and SAR in dB of the classes, not of the background, under flat names.

        `separation/sdr` is the mean over classes of `separation/class/LABEL/sdr`, which is the mean over clips;
        `separation/mixture/...` and `separation/ideal_binary_mask/...` are the same for what the system is compared
        with. Empty where nothing was separated.
        """
        if not self.separation_rows:
            return {}
        table = pd.DataFrame(self.separation_rows)
        classes = table[table["source"] != "background"]
        results = {}
        for method in ("", MIXTURE, IDEAL):
            prefix = f"separation/{method}/" if method else "separation/"
            of_method = classes[classes["method"] == method].groupby("source")[["sdr", "sir", "sar"]].mean()
            results.update({f"{prefix}{name}": float(value) for name, value in of_method.mean().items()})
            for label, values in of_method.to_dict("index").items():
                results.update({f"{prefix}class/{label}/{name}": float(value) for name, value in values.items()})
        return results

    def write(self, folder: Path) -> None:
        """Writes what was collected in the field's formats, so that it can be scored again without the system.

        Args:
            folder: gets `scores/CLIP.tsv` (as sed_scores_eval reads them), `clips.tsv` (clip probabilities),
                `reference.tsv`, `durations.tsv` and, where the system separates, `separation.tsv`.
        """
        scores = folder / "scores"
        scores.mkdir(parents=True, exist_ok=True)
        for filename, frame_probs in zip(self.filenames, self.frame_probs, strict=True):
            times = torch.arange(frame_probs.shape[1] + 1, dtype=torch.float64) / self.features.frames_per_second
            table = pd.DataFrame(frame_probs.T.numpy(), columns=list(self.labels))
            table.insert(0, "onset", times[:-1].numpy())
            table.insert(1, "offset", times[1:].numpy())
            _write_tsv(table, scores / f"{Path(filename).stem}.tsv")
        clips = pd.DataFrame(torch.stack(self.clip_probs).numpy(), columns=list(self.labels))
        clips.insert(0, "filename", self.filenames)
        _write_tsv(clips, folder / "clips.tsv")
        # A clip without an event has a row with its name alone, as in DESED.
        nothing: list[tuple[object, ...]] = [(None, None, None)]
        rows = [
            (filename, *event)
            for filename, events in zip(self.filenames, self.events, strict=True)
            for event in events or nothing
        ]
        columns = ["filename", "onset", "offset", "event_label"]
        _write_tsv(pd.DataFrame(rows, columns=columns), folder / "reference.tsv")
        durations = pd.DataFrame({"filename": self.filenames, "duration": self.durations})
        _write_tsv(durations, folder / "durations.tsv")
        if self.separation_rows:
            _write_tsv(pd.DataFrame(self.separation_rows), folder / "separation.tsv")


def _write_tsv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, sep="\t", index=False)
