"""Grid of axes for figures with one row per clip."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from wsed.reports.example_files import Array
from wsed.reports.examples import Example


def clip_grid(
    examples: Sequence[Example], columns: int, cell: tuple[float, float], margins: tuple[float, float, float, float]
) -> tuple[Figure, Array]:
    """Creates a figure in which all axes have the same time scale.

    Args:
        examples: the clips, one for each row.
        columns: number of axes in each row.
        cell: width and height of the axes, in inches.
        margins: left, right, top and bottom, in inches.

    Returns:
        The figure, and its axes `(clip, column)`.
    """
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
