"""The file of example clips of one run, read and checked."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wsed.checks.arrays import read_arrays
from wsed.errors import UserError
from wsed.runs.folder import RunFolder

Array = NDArray[Any]

MOST_BYTES = 2**28
"""Size of all arrays of a file."""
MOST_CELLS = 4_000_000
"""Largest number of time-frequency cells, or of frames, of one clip; a figure needs far more memory than the array."""
MOST_SECONDS = 86_400.0

SHAPES = {
    "filename": ("clip",),
    "label": ("clip",),
    "labels": ("class",),
    "frames_per_second": (),
    "log_mel": ("clip", "time", "freq"),
    "ideal_binary_mask": ("clip", "time", "freq"),
    "frame_probs": ("clip", "class", "frame"),
    "strong": ("clip", "class", "frame"),
}
"""The axes of the arrays that every file has."""
MASKS = {"masks": ("clip", "time", "freq")}
SALIENCY = {"saliency_strong": ("clip", "time", "freq"), "saliency_weak": ("clip", "time", "freq")}
TEXTS = ("filename", "label", "labels")
PROBABILITIES = ("ideal_binary_mask", "frame_probs", "strong", "masks")
LARGEST = 1e30
"""Largest value of an array, far above any logarithm or gradient."""


def read_clips(run: RunFolder) -> dict[str, dict[str, Any]]:
    """The arrays of each clip in the file of examples of a run, by filename.

    Returns:
        For each clip `label`, `seconds`, `log_mel`, `ideal_binary_mask`, `activity`, `frame_probs`, and `mask` or
        `saliency` if the file has them, as in `wsed.reports.examples.Example`.

    Raises:
        UserError: the file cannot be read, or an array is missing, has another shape or impossible values.
    """
    path = run.predictions.examples
    arrays = read_arrays(path, MOST_BYTES, inside=run.path)
    problem = _problem(arrays)
    if problem:
        raise UserError(f"{path}: is damaged ({problem}); replace the file or remove it")
    classes = arrays["labels"].tolist()
    seconds = arrays["log_mel"].shape[1] / float(arrays["frames_per_second"])
    clips = {}
    for index, filename in enumerate(arrays["filename"].tolist()):
        label = str(arrays["label"][index])
        clip = {
            "label": label,
            "log_mel": arrays["log_mel"][index],
            "ideal_binary_mask": arrays["ideal_binary_mask"][index],
            "activity": arrays["strong"][index, classes.index(label)],
            "frame_probs": arrays["frame_probs"][index, classes.index(label)],
            "seconds": seconds,
        }
        if "masks" in arrays:
            clip["mask"] = arrays["masks"][index]
        if "saliency_strong" in arrays:
            clip["saliency"] = (arrays["saliency_strong"][index], arrays["saliency_weak"][index])
        clips[str(filename)] = clip
    return clips


def _problem(arrays: Mapping[str, Array]) -> str | None:
    """What is wrong with the arrays, in words; None if nothing is."""
    expected = SHAPES | (MASKS if "masks" in arrays else {}) | (SALIENCY if "saliency_strong" in arrays else {})
    sizes: dict[str, int] = {}
    for name, axes in expected.items():
        if name not in arrays:
            return f"has no array {name}"
        shape = arrays[name].shape
        if len(shape) != len(axes) or any(
            sizes.setdefault(axis, size) != size for axis, size in zip(axes, shape, strict=True)
        ):
            return f"{name} has the shape {shape} and not {axes}"
        if (arrays[name].dtype.kind == "U") != (name in TEXTS):
            return f"{name} holds {arrays[name].dtype}"
        if name not in TEXTS and (problem := _problem_of_values(arrays[name], name in PROBABILITIES)):
            return f"{name} {problem}"
    if not all(sizes.values()) or max(sizes["time"] * sizes["freq"], sizes["frame"]) > MOST_CELLS:
        return f"its axes are {sizes}"
    if not 0 < sizes["time"] <= MOST_SECONDS * float(arrays["frames_per_second"]):
        return f"frames_per_second is {arrays['frames_per_second']}"
    if unknown := set(arrays["label"].tolist()) - set(arrays["labels"].tolist()):
        return f"labels has no {unknown.pop()[:80]!r}"
    return None


def _problem_of_values(values: Array, probabilities: bool) -> str | None:
    numbers = values.astype(float)
    if not np.isfinite(numbers).all():
        return "has values that are not finite"
    low, high = (-0.01, 1.01) if probabilities else (-LARGEST, LARGEST)
    outside = numbers.size and (numbers.min() < low or numbers.max() > high)
    return f"has values outside of {low:g} to {high:g}" if outside else None
