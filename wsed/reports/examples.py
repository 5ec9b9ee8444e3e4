"""Example clips that the runs of a comparison have in common."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wsed.errors import UserError
from wsed.reports.comparison import Run

Array = NDArray[Any]


@dataclass(frozen=True)
class Example:
    """One clip as several runs heard it.

    Attributes:
        filename: name of the clip.
        label: the clip's event class, which all that follows is about.
        seconds: duration.
        log_mel: `(time, freq)`.
        ideal_binary_mask: `(time, freq)`, 0 or 1.
        activity: `(time,)`, 0 or 1, where the event truly sounds.
        masks: `(time, freq)` in [0, 1] by run label; runs without masks are not in it.
        saliency: of the strong and of the weak output, `(time, freq)` each, by run label; for runs without masks.
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
    """Reads the clips that are in the `predictions/examples.npz` of every run that has one.

    Args:
        runs: of one comparison.
        labels: a name for each run.

    Returns:
        Clips in the order of the first run; empty without a common clip.

    Raises:
        UserError: a file that can not be read or lacks an array.
    """
    paths = {label: run.folder / "predictions" / "examples.npz" for run, label in zip(runs, labels, strict=True)}
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
    """What one run knows of each clip, by filename."""
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
