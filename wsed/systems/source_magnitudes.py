"""Mel magnitudes of the isolated sources of a batch."""

import torch
from torch import Tensor

from wsed.data.batch import Batch
from wsed.features.base import Features, SpectralFeatures


def source_magnitudes(batch: Batch, features: Features) -> Tensor | None:
    """The mel magnitudes of the part that each class and, as the last source, the background adds.

    Only those of audible sources are computed: a class that is not in a clip adds nothing, and most are not.

    Args:
        batch: the clips.
        features: those of the system.

    Returns:
        `(batch, class, time, freq)`, or None if the sources are not known or the features have no mel bands.
    """
    if batch.sources is None or batch.background_source is None or not isinstance(features, SpectralFeatures):
        return None
    sources = torch.cat([batch.sources, batch.background_source[:, None]], 1)
    audible = torch.cat([batch.weak, batch.background[:, None]], 1).bool()
    found = features.mel.magnitude(sources[audible])
    magnitudes = found.new_zeros(*audible.shape, *found.shape[1:])
    magnitudes[audible] = found
    return magnitudes
