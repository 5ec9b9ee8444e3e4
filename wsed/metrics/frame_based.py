"""Frame-level scores, and the frames that an event makes active."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from wsed.metrics.threshold_free import Ranking
from wsed.prediction import Event


def touched_frames(
    events: Sequence[Event], labels: Sequence[str], onsets: NDArray[np.float64], offsets: NDArray[np.float64]
) -> Tensor:
    """`frame_targets` for frames of any times: a frame is active where an event touches it.

    Args:
        events: strong labels of a clip.
        labels: event classes.
        onsets: `(time,)`, seconds at which each frame begins.
        offsets: `(time,)`, seconds at which it ends.

    Returns:
        `(class, time)` 0/1.
    """
    target = torch.zeros(len(labels), len(onsets))
    for event in events:
        touched = (event.onset < offsets) & (event.offset >= onsets)
        target[labels.index(event.event_label), torch.from_numpy(touched)] = 1
    return target


def frame_ranking(labels: Sequence[str], frame_probs: Sequence[Tensor], strong: Sequence[Tensor]) -> Ranking:
    """SED-mAP, equal error rate and area under the ROC, over the frames of all clips.

    Args:
        labels: event classes.
        frame_probs: of each clip `(class, time)` in [0, 1].
        strong: of each clip `(class, time)` 0/1.
    """
    clip = torch.cat([torch.full((probs.shape[1],), number) for number, probs in enumerate(frame_probs)])
    return Ranking(
        labels, torch.cat(list(frame_probs), 1).T, torch.cat(list(strong), 1).T, clip, ("ap", "auroc", "eer")
    )
