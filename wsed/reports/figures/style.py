"""The style of all figures, and their export: as SVG with a transparent background, and as pixels on white."""

import io
from contextlib import AbstractContextManager
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from numpy.typing import NDArray

from wsed.checks.printable import printable

# Colours that people with any kind of colour vision can tell apart, readable on white and on near black.
LINE_COLOURS = ("#1f83e0", "#e07b00", "#0f9d76", "#c24e9d", "#8a6cf0", "#c2453d", "#7f8c1d", "#5b8fa8")
LINE_STYLES = ("-", "--", "-.", ":")
INK, FAINT, BAND = "#24292f", "#c4cad1", "#dfe4ea"
DARK = {INK: "#d5dae1", FAINT: "#434b56", BAND: "#353c47"}


def style() -> AbstractContextManager[None]:
    """Matplotlib's parameters for all figures, while the context lasts."""
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
            # A fixed salt, so that the same figure gives the same bytes.
            "svg.hashsalt": "wsed",
        }
    )


def line_style(index: int) -> dict[str, Any]:
    """Colour and dashes of a line; the dashes change after all colours."""
    colour = LINE_COLOURS[index % len(LINE_COLOURS)]
    return {"color": colour, "linestyle": LINE_STYLES[index // len(LINE_COLOURS) % len(LINE_STYLES)]}


def plain_text(legend: Legend) -> None:
    """Shows the labels of runs in a legend literally: no dollar sign starts a formula."""
    for text in legend.get_texts():
        text.set_text(printable(text.get_text()))
        text.set_parse_math(False)


def svg(figure: Figure) -> bytes:
    """The figure as SVG for light screens."""
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def png(figure: Figure) -> bytes:
    """The figure as PNG on a white background."""
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format="png", dpi=130, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def pixels(figure: Figure) -> NDArray[np.uint8]:
    """The figure as `(height, width, 4)`, red, green, blue and opacity in [0, 255], on a white background."""
    figure.set_facecolor("white")
    canvas = FigureCanvasAgg(figure)
    with style():
        canvas.draw()  # type: ignore[no-untyped-call]
    return np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


def for_dark_screens(image: bytes) -> bytes:
    """The same SVG in colours for a dark background."""
    for light, dark in DARK.items():
        image = image.replace(light.encode(), dark.encode())
    return image
