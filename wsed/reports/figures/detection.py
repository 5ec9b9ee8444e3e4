"""The events of one recording over its spectrogram."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from wsed.checks.printable import printable
from wsed.reports.figures.style import line_style, style


def detection_figure(
    image: NDArray[np.float64], events: pd.DataFrame, labels: Sequence[str], times: tuple[float, float]
) -> Figure:
    """The log mel of a recording above a row for each class that was detected.

    Args:
        image: `(column, freq)`.
        events: `onset offset event_label score`, seconds.
        labels: event classes; those with events are shown, in this order.
        times: seconds that the image covers, and length of the recording.
    """
    shown = [label for label in labels if label in set(events["event_label"])]
    rows = max(1, len(shown))
    with style():
        figure = Figure(figsize=(10.2, 2.6 + 0.28 * rows), layout="constrained")
        top, bottom = figure.subplots(2, sharex=True, height_ratios=[2.2, 0.28 * rows])
        extent = (0.0, times[0], 0.0, float(image.shape[1]))
        top.imshow(image.T, aspect="auto", origin="lower", extent=extent, cmap="magma", interpolation="nearest")
        top.set(ylabel="mel band", xlim=(0, times[1]))
        for row, label in enumerate(shown):
            own = events[events["event_label"] == label]
            spans = list(zip(own["onset"], own["offset"] - own["onset"], strict=True))
            bottom.broken_barh(spans, (row + 0.15, 0.7), color=line_style(row)["color"])
        bottom.set(ylim=(rows, 0), yticks=np.arange(len(shown)) + 0.5, xlabel="time (s)")
        bottom.set_yticklabels([printable(label) for label in shown], parse_math=False)
        bottom.spines[["top", "right"]].set_visible(False)
    return figure
