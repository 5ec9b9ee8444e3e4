"""The picture of a recording: its log-mel spectrogram with the events, and the mask of each detected class."""

import html
import io
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from wsed.checks.printable import printable
from wsed.features.base import Features
from wsed.inference.page.analysed import Analysed

# Bright enough to be seen on the spectrogram, and different to people with any kind of colour vision.
COLOURS = ("#4db2ff", "#ffa630", "#3ddc97", "#ff7bd0", "#f4e04d", "#b69cff", "#ff6b5e", "#9be7ff")
INK = "#24292f"
WIDTH, TOP_HEIGHT, MASK_HEIGHT = 10.0, 2.6, 1.05
"""Inches."""

LANES = 12
"""The spectrogram is as high as so many bars of events."""


def picture(analysed: Analysed, features: Features) -> str:
    """The picture as SVG in HTML; it takes the colour of the text around it.

    Text is drawn as shapes, so that no label is markup.
    """
    with matplotlib.rc_context({"font.size": 9, "svg.hashsalt": "wsed", "svg.fonttype": "path"}):
        figure = _figure(analysed, features)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", dpi=160, transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    # What is before the element belongs to a file.
    drawing = text[text.index("<svg") :].replace(INK, "currentColor")
    labels = html.escape(", ".join(map(printable, analysed.shown)) or "no events", quote=True)
    title = f"Spectrogram{' and masks' if analysed.masks else ''}: {labels}"
    return f'<div class="wsed-picture" role="img" aria-label="{title}" tabindex="0">{drawing}</div>'


def _figure(analysed: Analysed, features: Features) -> Figure:
    heights = [TOP_HEIGHT, *[MASK_HEIGHT] * len(analysed.masks)]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.35), layout="constrained")
    grid = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    low, high = np.percentile(analysed.log_mel, [5, 100])
    _image(grid[0], "log mel", analysed.log_mel, features, "magma", (low, high))
    for axes, (label, mask) in zip(grid[1:], analysed.masks.items(), strict=True):
        _image(axes, label, mask, features, "viridis", (0, 1))
    _draw_events(list(grid), analysed)
    grid[-1].set_xlabel("time (s)", color=INK)
    grid[-1].set_xlim(0, analysed.detected.duration)
    return figure


def _image(
    axes: Axes,
    title: str,
    values: NDArray[np.float32],
    features: Features,
    colours: str,
    limits: tuple[float, float],
) -> None:
    """Draws `(time, band)` with time to the right and frequency up."""
    frames, bands = values.shape
    extent = (0.0, frames / features.frames_per_second, 0.0, float(bands))
    axes.imshow(values.T, origin="lower", aspect="auto", cmap=colours, extent=extent, vmin=limits[0], vmax=limits[1])
    axes.set_title(printable(title), loc="left", fontsize=9, color=INK, parse_math=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(color=INK, labelcolor=INK)
    if features.mel is not None:
        centres = features.mel.filters.argmax(0).cpu().numpy() * features.sample_rate / features.mel.stft.fft_size
        shown = [hertz for hertz in (250, 1000, 4000, 16000) if centres[0] <= hertz <= centres[-1]]
        axes.set_yticks(np.interp(shown, centres, np.arange(bands) + 0.5), [_hertz(each) for each in shown])


def _hertz(frequency: int) -> str:
    return f"{frequency // 1000} kHz" if frequency >= 1000 else f"{frequency} Hz"


def _draw_events(grid: Sequence[Axes], analysed: Analysed) -> None:
    """Draws a lane of bars for each class on the spectrogram, and the edges of its events on its mask."""
    of_mask = dict(zip(analysed.masks, grid[1:], strict=True))
    height = 1 / LANES
    for lane, label in enumerate(analysed.shown):
        colour = COLOURS[lane % len(COLOURS)]
        events = [event for event in analysed.detected.rows() if event.event_label == label]
        for event in events:
            bottom = 1 - (lane + 0.85) * height
            grid[0].axvspan(event.onset, event.offset, bottom, bottom + 0.7 * height, color=colour, linewidth=0)
            if label in of_mask:
                of_mask[label].axvspan(event.onset, event.offset, color=colour, fill=False, linewidth=1.5)
        name = grid[0].text(
            events[0].onset + 0.006 * analysed.detected.duration,
            1 - (lane + 0.52) * height,
            printable(label),
            transform=grid[0].get_xaxis_transform(),
            color="white",
            va="center",
            fontsize=8.5,
            parse_math=False,
            clip_on=True,
        )
        name.set_path_effects([withStroke(linewidth=2.5, foreground="black")])
