"""Figures of example clips, as SVG on a transparent ground."""

import io
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from wsed.reports.examples import Array, Example
from wsed.reports.psd_roc import RocCurves

MASK_COLOURS = "viridis"
LOG_MEL_COLOURS = "magma"
# Told apart by eyes of all kinds, and readable on white as on near black.
LINE_COLOURS = ("#1f83e0", "#e07b00", "#0f9d76", "#c24e9d", "#8a6cf0", "#c2453d", "#7f8c1d", "#5b8fa8")
LINE_STYLES = ("-", "--", "-.", ":")
INK, FAINT, BAND = "#24292f", "#c4cad1", "#dfe4ea"
DARK = {INK: "#d5dae1", FAINT: "#434b56", BAND: "#353c47"}


def mask_figure(examples: Sequence[Example]) -> bytes:
    """Masks in the manner of Kong 2018, fig. 3: a row per clip; log mel, ideal binary mask and each run's mask.

    Args:
        examples: at least one clip, all with masks of the same runs.

    Returns:
        SVG for light screens.
    """
    maps = [{"ideal binary mask": example.ideal_binary_mask, **example.masks} for example in examples]
    return _maps_figure(examples, maps, "mask")


def saliency_figure(examples: Sequence[Example]) -> bytes:
    """Gradients in the manner of Adavanne and Virtanen 2017: a row per clip; log mel, each run's strong and weak ones.

    Args:
        examples: at least one clip, all with saliency of the same runs.

    Returns:
        SVG for light screens.
    """
    maps = [
        {
            f"{label}: {kind}": gradient / (gradient.max() or 1.0)
            for label, gradients in example.saliency.items()
            for kind, gradient in zip(("strong output", "weak output"), gradients, strict=True)
        }
        for example in examples
    ]
    return _maps_figure(examples, maps, "gradient")


def timeline_figure(examples: Sequence[Example]) -> bytes:
    """Detection over time, a row per clip: true activity as a band, each run's frame probability as a line.

    Args:
        examples: at least one clip.

    Returns:
        SVG for light screens.
    """
    names = ["event sounds", *examples[0].frame_probs]
    top = 0.2 + 0.2 * -(-len(names) // 5)
    with _style():
        figure, grid = _grid(examples, columns=1, cell=(10.2, 1.0), margins=(0.75, 0.15, top, 0.45))
        for example, axes in zip(examples, grid[:, 0], strict=True):
            edges = np.linspace(0, example.seconds, len(example.activity) + 1)
            handles = [axes.stairs(example.activity, edges, fill=True, color=BAND)]
            for index, probs in enumerate(example.frame_probs.values()):
                colour = LINE_COLOURS[index % len(LINE_COLOURS)]
                style = LINE_STYLES[index // len(LINE_COLOURS) % len(LINE_STYLES)]
                centres = (np.arange(len(probs)) + 0.5) * example.seconds / len(probs)
                handles += axes.plot(centres, probs, color=colour, linestyle=style, linewidth=1.5)
            axes.set(ylim=(0, 1.04), yticks=[0, 0.5, 1])
            axes.set_ylabel(f"{textwrap.shorten(example.label, 20)}\nprobability", parse_math=False)
            axes.spines[["top", "right"]].set_visible(False)
        grid[-1, 0].set_xlabel("time (s)")
        legend = figure.legend(
            handles, names, loc="upper left", bbox_to_anchor=(0.06, 1), ncols=5, frameon=False, borderaxespad=0.2
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
        return _svg(figure)


def psd_roc_figure(rocs: Mapping[str, RocCurves]) -> bytes:
    """PSD-ROC as Bilen et al. 2020 draw it: a panel per scenario, a line per run.

    Args:
        rocs: by run label, at least one.

    Returns:
        SVG for light screens.
    """
    titles = list(next(iter(rocs.values())))
    rows = -(-len(rocs) // 3)
    top = 0.45 + 0.2 * rows
    with _style():
        height = top + 3.0 + 0.5
        figure = Figure(figsize=(10.6, height))
        spaces = {"left": 0.06, "right": 0.985, "top": 1 - top / height, "bottom": 0.5 / height, "wspace": 0.12}
        grid = figure.subplots(1, len(titles), squeeze=False, sharey=True, gridspec_kw=spaces)
        highest = max(found.max(initial=0.0) for curves in rocs.values() for _, found in curves.values())
        for title, axes in zip(titles, grid[0], strict=True):
            handles = []
            for index, curves in enumerate(rocs.values()):
                colour = LINE_COLOURS[index % len(LINE_COLOURS)]
                false, found = (np.concatenate([[0.0], values]) for values in curves[title])
                # Between two operating points no more is found than at the left one.
                handles += axes.step(false, found, where="post", color=colour, linewidth=1.5)
            axes.set(
                ylim=(0, min(1.0, 1.1 * highest) or 1.0), xlim=(0, None), xlabel="effective false positives per hour"
            )
            axes.set_title(title.replace("scenario", "scenario "), loc="left")
            axes.spines[["top", "right"]].set_visible(False)
        grid[0, 0].set_ylabel("effective true positive ratio")
        legend = figure.legend(
            handles, list(rocs), loc="upper left", bbox_to_anchor=(0.05, 1), ncols=3, frameon=False, borderaxespad=0.2
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
        return _svg(figure)


def for_dark_screens(svg: bytes) -> bytes:
    """The same figure in ink for a dark ground."""
    for light, dark in DARK.items():
        svg = svg.replace(light.encode(), dark.encode())
    return svg


def _maps_figure(examples: Sequence[Example], maps: Sequence[Mapping[str, Array]], quantity: str) -> bytes:
    """A row per clip: log mel, then maps `(time, freq)` in [0, 1] by title, the same titles in every row."""
    titles = [textwrap.fill(title, 22) for title in ("log mel", *maps[0])]
    top = 0.15 + 0.16 * max(title.count("\n") + 1 for title in titles)
    with _style():
        figure, grid = _grid(examples, columns=len(titles), cell=(1.78, 1.15), margins=(0.75, 0.8, top, 0.45))
        for example, shown, row in zip(examples, maps, grid, strict=True):
            bands = example.log_mel.shape[1]
            extent = (0.0, example.seconds, 0.0, float(bands))
            low, high = float(example.log_mel.min()), float(example.log_mel.max())
            _image(row[0], example.log_mel, extent, LOG_MEL_COLOURS, low, high)
            for axes, values in zip(row[1:], shown.values(), strict=True):
                mappable = _image(axes, values, extent, MASK_COLOURS, 0, 1)
            row[0].set(yticks=[0, bands // 2, bands])
            row[0].set_ylabel(f"{textwrap.shorten(example.label, 20)}\nmel band", parse_math=False)
        for axes, title in zip(grid[0], titles, strict=True):
            axes.set_title(title, parse_math=False)
        for axes in grid[-1]:
            axes.set_xlabel("time (s)")
        box = grid[-1, -1].get_position()
        height = grid[0, -1].get_position().y1 - box.y0
        inch = 1 / figure.get_figwidth()
        bar_axes = figure.add_axes((box.x1 + 0.14 * inch, box.y0, 0.1 * inch, height))
        bar = figure.colorbar(mappable, cax=bar_axes, label=quantity, ticks=[0, 0.5, 1])
        bar.outline.set_visible(False)
        return _svg(figure)


def _grid(
    examples: Sequence[Example], columns: int, cell: tuple[float, float], margins: tuple[float, float, float, float]
) -> tuple[Figure, Array]:
    """Axes `(clip, column)` of size `cell` on one time scale; margins are left, right, top, bottom; all in inches."""
    rows, across, down = len(examples), 0.12, 0.18
    (cell_width, cell_height), (left, right, top, bottom) = cell, margins
    width = left + columns * (cell_width + across) - across + right
    height = top + rows * (cell_height + down) - down + bottom
    figure = Figure(figsize=(width, height))
    spaces = {"left": left / width, "right": 1 - right / width, "top": 1 - top / height, "bottom": bottom / height}
    spaces |= {"wspace": across / cell_width, "hspace": down / cell_height}
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True, gridspec_kw=spaces)
    grid[0, 0].set_xlim(0, max(example.seconds for example in examples))
    return figure, grid


def _image(
    axes: Axes, values: Array, extent: tuple[float, float, float, float], colours: str, low: float, high: float
) -> AxesImage:
    """Draws `(time, freq)` with time to the right and frequency up; `low` and `high` take the end colours."""
    axes.spines[:].set_visible(False)
    # Without interpolation the SVG holds the cells themselves, which stay sharp at any zoom.
    image = axes.imshow(
        values.T, origin="lower", interpolation="none", cmap=colours, extent=extent, vmin=low, vmax=high
    )
    axes.set(aspect="auto")
    return image


def _style() -> AbstractContextManager[None]:
    return matplotlib.rc_context(
        {
            "font.size": 8.5,
            "axes.titlesize": 9.5,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.titlecolor": INK,
            "xtick.color": FAINT,
            "ytick.color": FAINT,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "axes.edgecolor": FAINT,
            "axes.facecolor": "none",
            "figure.facecolor": "none",
            # The same figure gives the same bytes.
            "svg.hashsalt": "wsed",
        }
    )


def _svg(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
