"""Example clips that the runs of a comparison have in common."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wsed.checks.files import exists
from wsed.reports.example_files import Array, read_clips
from wsed.reports.runs import Run, left_out

MOST_CLIPS = 60
"""Largest number of clips in the figures."""


@dataclass(frozen=True)
class Example:
    """One clip and the predictions of several runs for it.

    Attributes:
        filename: name of the clip.
        label: event class of the clip, to which all other attributes refer.
        seconds: duration.
        log_mel: `(time, freq)`.
        ideal_binary_mask: `(time, freq)`, 0 or 1.
        activity: `(time,)`, 0 or 1, the ground truth.
        masks: `(time, freq)` in [0, 1] by run label; runs without masks are missing.
        saliency: gradients of the strong and of the weak output, `(time, freq)` each, by run label; only of runs
            without masks.
        frame_probs: `(time,)` in [0, 1] by run label.
    """

    filename: str
    label: str
    seconds: float
    log_mel: Array
    ideal_binary_mask: Array
    activity: Array
    masks: Mapping[str, Array]
    saliency: Mapping[str, tuple[Array, Array]]
    frame_probs: Mapping[str, Array]


def read_examples(runs: Sequence[Run], labels: Sequence[str]) -> list[Example]:
    """Reads the clips that are in every file of examples; runs without such a file are ignored.

    Args:
        runs: the runs of one comparison.
        labels: a label for each run.

    Returns:
        At most `MOST_CLIPS` clips in the order of the first run; empty without a common clip. A damaged file is left
        out.
    """
    clips: dict[str, dict[str, dict[str, Any]]] = {}
    for run, label in zip(runs, labels, strict=True):
        with left_out(run):
            if exists(run.folder.predictions.examples):
                clips[label] = read_clips(run.folder)
    if not clips:
        return []
    first = next(iter(clips.values()))
    common = ((name, clip) for name, clip in first.items() if all(name in own for own in clips.values()))
    return [
        Example(
            filename=filename,
            label=clip["label"],
            seconds=clip["seconds"],
            log_mel=clip["log_mel"],
            ideal_binary_mask=clip["ideal_binary_mask"],
            activity=clip["activity"],
            masks={label: own[filename]["mask"] for label, own in clips.items() if "mask" in own[filename]},
            saliency={label: own[filename]["saliency"] for label, own in clips.items() if "saliency" in own[filename]},
            frame_probs={label: own[filename]["frame_probs"] for label, own in clips.items()},
        )
        for filename, clip in itertools.islice(common, MOST_CLIPS)
    ]
