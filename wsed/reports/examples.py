"""Example clips that the runs of a comparison have in common."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wsed.errors import UserError
from wsed.reports.runs import Run

Array = NDArray[Any]


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
        Clips in the order of the first run; empty without a common clip.

    Raises:
        UserError: a file cannot be read or lacks an array.
    """
    paths = {label: run.folder.predictions.examples for run, label in zip(runs, labels, strict=True)}
    clips = {label: _read_clips(path) for label, path in paths.items() if path.exists()}
    if not clips:
        return []
    first = next(iter(clips.values()))
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
        for filename, clip in first.items()
        if all(filename in own for own in clips.values())
    ]


def _read_clips(path: Path) -> dict[str, dict[str, Any]]:
    """The arrays of each clip of one run, by filename."""
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        classes = arrays["labels"].tolist()
        clips = {}
        for index, filename in enumerate(arrays["filename"].tolist()):
            label = str(arrays["label"][index])
            clip = {
                "label": label,
                "log_mel": arrays["log_mel"][index],
                "ideal_binary_mask": arrays["ideal_binary_mask"][index],
                "activity": arrays["strong"][index, classes.index(label)],
                "frame_probs": arrays["frame_probs"][index, classes.index(label)],
                "seconds": arrays["log_mel"].shape[1] / float(arrays["frames_per_second"]),
            }
            if "masks" in arrays:
                clip["mask"] = arrays["masks"][index]
            if "saliency_strong" in arrays:
                clip["saliency"] = (arrays["saliency_strong"][index], arrays["saliency_weak"][index])
            clips[str(filename)] = clip
    except (KeyError, IndexError, ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        reason = str(error).replace("\n", " ")
        raise UserError(f"{path}: is damaged ({reason}); run the test of this run again or delete the file") from error
    return clips
