"""Separation ratios of every clip and source."""

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor

from wsed.data.batch import Batch
from wsed.features.base import Features
from wsed.metrics.bss_eval import bss_eval, level, si_sdr
from wsed.metrics.separation import BASELINES, MIXTURE, SYSTEM
from wsed.separation.ideal_masks import ideal_ratio_mask, separate_ideally

Separated = tuple[Tensor, Tensor]
"""The classes `(batch, class, samples)` and the background `(batch, samples)`."""


class SeparationTable:
    """A row for each clip, source and method: the system, the untouched mixture, and ideal masks.

    Args:
        labels: event classes in the order of the `class` axis.
        features: features of the system, for the STFT.
    """

    def __init__(self, labels: Sequence[str], features: Features) -> None:
        self.labels = tuple(labels)
        self.features = features
        self.rows: list[dict[str, object]] = []

    def update(self, batch: Batch, separated: Separated) -> None:
        """Scores a batch with sources."""
        assert batch.sources is not None
        assert batch.background_source is not None
        assert self.features.mel is not None
        names = [*self.labels, "background"]
        true = torch.cat([batch.sources, batch.background_source[:, None]], 1)
        ideal = [
            separate_ideally(self.features.mel.stft, batch.waveform, batch.sources),
            separate_ideally(self.features.mel.stft, batch.waveform, batch.sources, ideal_ratio_mask),
        ]
        methods = [
            (SYSTEM, _with_background(separated)),
            (MIXTURE, batch.waveform[:, None].expand_as(true)),
            *zip(BASELINES[1:], map(_with_background, ideal), strict=True),
        ]
        # Clip by clip, because a whole batch needs many times the memory, and more time on a CPU.
        for clip, filename in enumerate(batch.filenames):
            which = true[clip].any(1).nonzero().flatten()
            references = true[clip, which]
            estimates = torch.stack([estimate[clip, which] for _, estimate in methods])
            scores = {
                **bss_eval(estimates, references),
                "si_sdr": si_sdr(estimates, references),
                "level": level(estimates, references),
            }
            for number, (method, _) in enumerate(methods):
                for place, source in enumerate(which.tolist()):
                    values = {name: float(score[number, place]) for name, score in scores.items()}
                    self.rows.append({"filename": filename, "source": names[source], "method": method, **values})

    def table(self) -> pd.DataFrame:
        """The ratios of each clip, source and method in dB, `filename source method sdr sir sar si_sdr level`."""
        return pd.DataFrame(self.rows)


def _with_background(separated: Separated) -> Tensor:
    return torch.cat([separated[0], separated[1][:, None]], 1)
