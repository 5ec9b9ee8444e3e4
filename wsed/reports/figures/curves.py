"""Precision and recall at every threshold."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wsed.checks.printable import printable
from wsed.reports.figures.style import line_style, style


def precision_recall_figure(curves: pd.DataFrame) -> Figure:
    """One panel per class with its precision against its recall; a dot marks the best F1.

    Args:
        curves: `event_label threshold precision recall f1`, at least one class.
    """
    labels = list(curves["event_label"].unique())
    columns = min(4, len(labels))
    rows = -(-len(labels) // columns)
    with style():
        figure = Figure(figsize=(2.6 * columns + 0.3, 2.4 * rows + 0.3), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for axes in grid.flat[len(labels) :]:
            axes.set_visible(False)
        for label, axes in zip(labels, grid.flat, strict=False):
            curve = curves[curves["event_label"] == label].sort_values("threshold")
            best = curve.iloc[int(np.argmax(curve["f1"].fillna(0)))]
            axes.plot(curve["recall"], curve["precision"], linewidth=1.5, **line_style(0))
            axes.plot(best["recall"], best["precision"], "o", color=line_style(1)["color"])
            axes.annotate(
                f"F1 {best['f1']:.2f} at {best['threshold']:.2f}",
                (best["recall"], best["precision"]),
                textcoords="offset points",
                xytext=(0, -14),
                ha="center",
            )
            axes.set(xlim=(0, 1.02), ylim=(0, 1.04), xlabel="recall")
            axes.set_title(printable(label), loc="left", parse_math=False)
            axes.spines[["top", "right"]].set_visible(False)
        for row in grid:
            row[0].set_ylabel("precision")
    return figure
