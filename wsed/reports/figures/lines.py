"""Figures with one line per run: detection over time, and PSD-ROC."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wsed.checks.printable import printable
from wsed.reports.examples import Example
from wsed.reports.figures.clip_grid import clip_grid
from wsed.reports.figures.style import BAND, line_style, plain_text, style
from wsed.reports.psd_roc import RocCurves


def timeline_figure(examples: Sequence[Example]) -> Figure:
    """Detection over time, one row per clip: a band for the true activity, a line for each run's frame probability.

    Args:
        examples: at least one clip.
    """
    names = ["event sounds", *examples[0].frame_probs]
    top = 0.2 + 0.2 * -(-len(names) // 5)
    with style():
        figure, grid = clip_grid(examples, columns=1, cell=(10.2, 1.0), margins=(0.75, 0.15, top, 0.45))
        for example, axes in zip(examples, grid[:, 0], strict=True):
            handles = _timeline(axes, example)
        grid[-1, 0].set_xlabel("time (s)")
        legend = figure.legend(
            handles, names, loc="upper left", bbox_to_anchor=(0.06, 1), ncols=5, frameon=False, borderaxespad=0.2
        )
        plain_text(legend)
    return figure


def psd_roc_figure(rocs: Mapping[str, RocCurves]) -> Figure:
    """PSD-ROC as in Bilen et al. 2020: one panel per scenario, one line per run.

    Args:
        rocs: by run label, at least one.
    """
    titles = list(dict.fromkeys(title for curves in rocs.values() for title in curves))
    top = 0.45 + 0.2 * -(-len(rocs) // 3)
    with style():
        height = top + 3.0 + 0.5
        figure = Figure(figsize=(10.6, height))
        spaces = {"left": 0.06, "right": 0.985, "top": 1 - top / height, "bottom": 0.5 / height, "wspace": 0.12}
        grid = figure.subplots(1, len(titles), squeeze=False, sharey=True, gridspec_kw=spaces)
        highest = max(found.max(initial=0.0) for curves in rocs.values() for _, found in curves.values())
        for title, axes in zip(titles, grid[0], strict=True):
            handles = _roc(axes, title, rocs)
            axes.set(ylim=(0, min(1.0, 1.1 * highest) or 1.0))
        grid[0, 0].set_ylabel("effective true positive ratio")
        legend = figure.legend(
            handles, list(rocs), loc="upper left", bbox_to_anchor=(0.05, 1), ncols=3, frameon=False, borderaxespad=0.2
        )
        plain_text(legend)
    return figure


def _timeline(axes: Axes, example: Example) -> list[Any]:
    """Draws one clip; returns the band and the lines for the legend."""
    edges = np.linspace(0, example.seconds, len(example.activity) + 1)
    handles: list[Any] = [axes.stairs(example.activity, edges, fill=True, color=BAND)]
    for index, probs in enumerate(example.frame_probs.values()):
        centres = (np.arange(len(probs)) + 0.5) * example.seconds / len(probs)
        handles += axes.plot(centres, probs, linewidth=1.5, **line_style(index))
    axes.set(ylim=(0, 1.04), yticks=[0, 0.5, 1])
    axes.set_ylabel(f"{textwrap.shorten(printable(example.label), 20)}\nprobability", parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    return handles


def _roc(axes: Axes, title: str, rocs: Mapping[str, RocCurves]) -> list[Any]:
    """Draws one scenario; returns the lines for the legend."""
    handles: list[Any] = []
    nothing = (np.zeros(0), np.zeros(0))
    for index, curves in enumerate(rocs.values()):
        # A run without this scenario gets an invisible line, so that the legend names every run.
        false, found = (np.concatenate([[0.0], values]) for values in curves.get(title, nothing))
        # Between two operating points, no more events are found than at the left one.
        handles += axes.step(false, found, where="post", linewidth=1.5, **line_style(index))
    axes.set(xlim=(0, None), xlabel="effective false positives per hour")
    axes.set_title(printable(title.replace("scenario", "scenario ")), loc="left", parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    return handles
