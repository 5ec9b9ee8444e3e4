"""Figures of masks and of saliency, beside the spectrograms."""

import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from wsed.checks.printable import printable
from wsed.reports.example_files import Array
from wsed.reports.examples import Example
from wsed.reports.figures.clip_grid import clip_grid
from wsed.reports.figures.style import style

MASK_COLOURS = "viridis"
LOG_MEL_COLOURS = "magma"


def mask_figure(examples: Sequence[Example]) -> Figure:
    """Masks as in Kong 2018, fig. 3, one row per clip: log mel, ideal binary mask, and the mask of each run.

    Args:
        examples: at least one clip, all with masks of the same runs.
    """
    maps = [{"ideal binary mask": example.ideal_binary_mask, **example.masks} for example in examples]
    return _maps_figure(examples, maps, "mask")


def saliency_figure(examples: Sequence[Example]) -> Figure:
    """Gradients as in Adavanne and Virtanen 2017, one row per clip: log mel, then two gradients of each run.

    Args:
        examples: at least one clip, all with saliency of the same runs.
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


def _maps_figure(examples: Sequence[Example], maps: Sequence[Mapping[str, Array]], quantity: str) -> Figure:
    """One row per clip: log mel, then maps `(time, freq)` in [0, 1] by title, the same titles in every row."""
    titles = [textwrap.fill(printable(title), 22) for title in ("log mel", *maps[0])]
    top = 0.15 + 0.16 * max(title.count("\n") + 1 for title in titles)
    with style():
        figure, grid = clip_grid(examples, columns=len(titles), cell=(1.78, 1.15), margins=(0.75, 0.8, top, 0.45))
        for example, shown, row in zip(examples, maps, grid, strict=True):
            mappable = _maps_row(row, example, shown)
        for axes, title in zip(grid[0], titles, strict=True):
            axes.set_title(title, parse_math=False)
        for axes in grid[-1]:
            axes.set_xlabel("time (s)")
        _colour_bar(figure, grid, mappable, quantity)
    return figure


def _maps_row(row: Array, example: Example, maps: Mapping[str, Array]) -> AxesImage:
    """Draws one clip; returns the image of the last map."""
    bands = example.log_mel.shape[1]
    extent = (0.0, example.seconds, 0.0, float(bands))
    low, high = float(example.log_mel.min()), float(example.log_mel.max())
    image = _image(row[0], example.log_mel, extent, LOG_MEL_COLOURS, low, high)
    for axes, values in zip(row[1:], maps.values(), strict=True):
        image = _image(axes, values, extent, MASK_COLOURS, 0, 1)
    row[0].set(yticks=[0, bands // 2, bands])
    row[0].set_ylabel(f"{textwrap.shorten(printable(example.label), 20)}\nmel band", parse_math=False)
    return image


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


def _colour_bar(figure: Figure, grid: Array, mappable: AxesImage, quantity: str) -> None:
    """Draws a colour bar to the right of the grid, with the height of the grid."""
    box = grid[-1, -1].get_position()
    height = grid[0, -1].get_position().y1 - box.y0
    inch = 1 / figure.get_figwidth()
    axes = figure.add_axes((box.x1 + 0.14 * inch, box.y0, 0.1 * inch, height))
    bar = figure.colorbar(mappable, cax=axes, label=quantity, ticks=[0, 0.5, 1])
    bar.outline.set_visible(False)
