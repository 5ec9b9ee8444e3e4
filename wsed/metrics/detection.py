"""Frame-level scores."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torchmetrics.functional.classification import binary_eer

from wsed.data.batch import Event
from wsed.metrics.tagging import average_precision


def frame_targets(events: Sequence[Event], labels: Sequence[str], frames: int, frames_per_second: float) -> Tensor:
    """Activity per frame: frame `t` stands for `t` to `t + 1` hops, and is active where an event touches that span.

    This is frame `int(onset * frames_per_second)` to frame `int(offset * frames_per_second)`, both included, as in
    the published code of Kong 2018.

    Args:
        events: strong labels of a clip.
        labels: event classes.
        frames: length of the result.
        frames_per_second: of the features.

    Returns:
        `(class, time)` 0/1.
    """
    target = torch.zeros(len(labels), frames)
    for event in events:
        first, last = int(event.onset * frames_per_second), int(event.offset * frames_per_second)
        target[labels.index(event.event_label), first : last + 1] = 1
    return target


def frame_scores(frame_probs: Tensor, strong: Tensor, labels: Sequence[str]) -> dict[str, float]:
    """SED-mAP and equal error rate, over the frames of all clips, per class and as the mean over classes.

    Args:
        frame_probs: `(class, frame)` in [0, 1].
        strong: `(class, frame)` 0/1.
        labels: event classes.

    Returns:
        `frame/map`, `frame/eer`, `frame/class/LABEL/ap`, `frame/class/LABEL/eer`. Classes without an active frame are
        left out.
    """
    precision = average_precision(frame_probs.T, strong.T, labels)
    error = {
        label: float(binary_eer(frame_probs[index], strong[index].long()))
        for index, label in enumerate(labels)
        if label in precision
    }
    return {
        "frame/map": float(torch.tensor(list(precision.values())).mean()),
        "frame/eer": float(torch.tensor(list(error.values())).mean()),
        **{f"frame/class/{label}/ap": value for label, value in precision.items()},
        **{f"frame/class/{label}/eer": value for label, value in error.items()},
    }
