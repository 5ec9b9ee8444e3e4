"""Separation scores of every clip and source, and their means."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from wsed.data.batch import Batch
from wsed.features.base import Features
from wsed.metrics.counts import Array, mean_over_classes
from wsed.metrics.separation import bss_eval, si_sdr
from wsed.separation.ideal_masks import ideal_ratio_mask, separate_ideally

Separated = tuple[Tensor, Tensor]
"""Classes `(batch, class, samples)` and background `(batch, samples)`."""

SYSTEM, MIXTURE = "system", "mixture"
RIVALS = (MIXTURE, "ideal_binary_mask", "ideal_ratio_mask")
"""What a system's separation is compared with."""

MEASURES = ("sdr", "sir", "sar", "si_sdr")
IMPROVED = ("sdr", "si_sdr")
"""Those whose improvement over the mixture is given as well."""


class SeparationTable:
    """A row for each clip, source and method: the system's separation, the untouched mixture, and ideal masks.

    Args:
        labels: event classes in the order of the `class` axis.
        features: of the system, for its STFT.
    """

    def __init__(self, labels: Sequence[str], features: Features) -> None:
        self.labels = tuple(labels)
        self.features = features
        self.rows: list[dict[str, object]] = []
        self.filenames: list[str] = []

    def update(self, batch: Batch, separated: Separated) -> None:
        """Scores a batch with sources."""
        assert batch.sources is not None
        assert batch.background_source is not None
        assert self.features.mel is not None
        self.filenames += batch.filenames
        names = [*self.labels, "background"]
        truth = torch.cat([batch.sources, batch.background_source[:, None]], 1)
        ideal = [
            separate_ideally(self.features.mel.stft, batch.waveform, batch.sources),
            separate_ideally(self.features.mel.stft, batch.waveform, batch.sources, ideal_ratio_mask),
        ]
        methods = [
            (SYSTEM, _with_background(separated)),
            (MIXTURE, batch.waveform[:, None].expand_as(truth)),
            *zip(RIVALS[1:], map(_with_background, ideal), strict=True),
        ]
        # Clip by clip: a batch would take as many times the memory, and on a CPU more time.
        for clip, filename in enumerate(batch.filenames):
            which = truth[clip].any(1).nonzero().flatten()
            references = truth[clip, which]
            estimates = torch.stack([estimate[clip, which] for _, estimate in methods])
            scores = {**bss_eval(estimates, references), "si_sdr": si_sdr(estimates, references)}
            for number, (method, _) in enumerate(methods):
                for place, source in enumerate(which.tolist()):
                    values = {name: float(score[number, place]) for name, score in scores.items()}
                    self.rows.append({"filename": filename, "source": names[source], "method": method, **values})

    def scores(self, prefix: str, weights: Array | None = None) -> dict[str, Any]:
        """Means in dB over the clips of a class, and over the classes, by flat name; the background does not count.

        `PREFIX/sdr` is the mean of `PREFIX/class/LABEL/sdr`, and so are `sir`, `sar`, `si_sdr`, and what `sdr` and
        `si_sdr` improve upon the mixture, `sdr_improvement` and `si_sdr_improvement`. `PREFIX/mixture/...`,
        `PREFIX/ideal_binary_mask/...` and `PREFIX/ideal_ratio_mask/...` are the same for what the system is compared
        with.

        Args:
            prefix: of the names, such as `separation`.
            weights: `(draw, clip)`, how often each clip counts; without it each counts once.

        Returns:
            Numbers, or `(draw,)` with weights.
        """
        select = np.ones((1, len(self.filenames))) if weights is None else weights
        clip = pd.Index(self.filenames)
        table = pd.DataFrame(self.rows)
        named: dict[str, Array] = {}
        for method in (SYSTEM, *RIVALS):
            start = prefix if method == SYSTEM else f"{prefix}/{method}"
            of_method = table[table["method"] == method]
            for measure in MEASURES:
                by_class = {}
                for label in self.labels:
                    of_class = of_method[of_method["source"] == label]
                    if len(of_class):
                        chosen = np.take(select, clip.get_indexer(pd.Index(of_class["filename"])), axis=1)
                        by_class[label] = _means(of_class[measure].to_numpy(float), chosen)
                named[f"{start}/{measure}"] = mean_over_classes(np.stack(list(by_class.values()), -1))
                named |= {f"{start}/class/{label}/{measure}": mean for label, mean in by_class.items()}
        for measure in IMPROVED:
            for name in [name for name in named if name.endswith(f"/{measure}")]:
                rest = name.removeprefix(f"{prefix}/")
                if rest == measure or rest.startswith("class/"):
                    named[f"{name}_improvement"] = named[name] - named[f"{prefix}/{MIXTURE}/{rest}"]
        return {name: float(values[0]) if weights is None else values for name, values in named.items()}

    def write(self, path: Path) -> None:
        """Writes the rows as a TSV."""
        pd.DataFrame(self.rows).to_csv(path, sep="\t", index=False)


def _means(values: Array, weights: Array) -> Array:
    """`(clip,)` under weights `(draw, clip)` to `(draw,)`; a clip that is not drawn may be infinite."""
    total = weights.sum(1)
    known = np.isfinite(values)
    sums = weights @ np.where(known, values, 0)
    for place in np.flatnonzero(~known):
        sums = np.where(weights[:, place] > 0, sums + values[place], sums)
    return sums / np.where(total > 0, total, np.nan)


def _with_background(separated: Separated) -> Tensor:
    return torch.cat([separated[0], separated[1][:, None]], 1)
