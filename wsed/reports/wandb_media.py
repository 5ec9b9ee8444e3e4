"""What Weights & Biases shows of a finished run besides its curves and scores."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import wandb

from wsed.checks.files import exists
from wsed.reports.examples import Example, read_examples
from wsed.reports.figures.maps import mask_figure, saliency_figure
from wsed.reports.figures.style import pixels
from wsed.reports.psd_roc import Array, read_psd_rocs
from wsed.reports.rows import score
from wsed.reports.runs import Run, read_run
from wsed.runs.folder import RunFolder

MOST_CLIPS = 8
"""Largest number of clips with pictures and sounds; the page of a report has more."""

MOST_POINTS = 500
"""Largest number of operating points of a PSD-ROC; a chart of W&B has at most 10,000."""

SOUNDS = ("mixture", "truth", "separated")


def run_media(folder: RunFolder) -> tuple[dict[str, Any], list[str]]:
    """The table of scores by class, pictures and sounds of example clips, and a PSD-ROC for each scenario.

    Args:
        folder: folder of a run that is done.

    Returns:
        What to log, by name, without what the run does not have; and a line for each part whose files are damaged.

    Raises:
        UserError: the run has no results.
    """
    run = read_run(folder)
    examples = read_examples([run], ["this run"])[:MOST_CLIPS]
    media = {"by_class": class_table(run), **_pictures(examples), **_sounds(folder, examples), **_psd_rocs(run)}
    return {name: shown for name, shown in media.items() if shown}, run.left_out


def class_table(run: Run) -> wandb.Table | None:
    """A row for each class, and a column for each measure that has scores by class; None if no measure has."""
    columns = {
        measure.class_name: [score(run, measure.class_score_name(label)) for label in run.labels]
        for measure in run.measures
        if measure.shown and measure.class_name
    }
    known = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    if not known:
        return None
    return wandb.Table(
        columns=["class", *known], data=[list(row) for row in zip(run.labels, *known.values(), strict=True)]
    )


def _pictures(examples: Sequence[Example]) -> dict[str, list[wandb.Image]]:
    """One picture for each clip: the masks of a system that has some, otherwise its saliency."""
    pictures: dict[str, list[wandb.Image]] = {"masks": [], "saliency": []}
    for example in examples:
        name, draw = ("masks", mask_figure) if example.masks else ("saliency", saliency_figure)
        pictures[name].append(wandb.Image(pixels(draw([example])), caption=_caption(example)))
    return pictures


def _sounds(folder: RunFolder, examples: Sequence[Example]) -> dict[str, list[wandb.Audio]]:
    files = {name: [(folder.predictions.sound(clip.filename, name), clip) for clip in examples] for name in SOUNDS}
    return {
        f"sounds/{name}": [wandb.Audio(path, caption=_caption(clip)) for path, clip in paths if exists(path)]
        for name, paths in files.items()
    }


def _caption(example: Example) -> str:
    return f"{example.label} in {example.filename}"


def _psd_rocs(run: Run) -> Mapping[str, Any]:
    x, y = "effective false positives per hour", "effective true positive ratio"
    curves = read_psd_rocs([run]).get(0, {})
    return {
        f"psd_roc/{name}": wandb.plot.line(
            wandb.Table(columns=[x, y], data=_steps(*curve).tolist()), x, y, title=f"PSD-ROC, {name}"
        )
        for name, curve in curves.items()
    }


def _steps(false: Array, found: Array) -> Array:
    """Points `(point, 2)` whose straight connections are the steps of a curve, from the origin."""
    kept = np.unique(np.linspace(0, len(false) - 1, min(len(false), MOST_POINTS)).round().astype(int))
    # Between two operating points, no more events are found than at the left one.
    across = np.repeat(np.concatenate([[0.0], false[kept]]), 2)[1:]
    up = np.repeat(np.concatenate([[0.0], found[kept]]), 2)[:-1]
    return np.stack([across, up], axis=1)
