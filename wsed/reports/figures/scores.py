"""Scores of several systems, one panel per score."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from wsed.checks.printable import printable
from wsed.metrics.measure import Measure
from wsed.reports.figures.style import INK, line_style, style


def score_figure(values: Mapping[str, Mapping[str, Sequence[float]]], measures: Mapping[str, Measure]) -> Figure:
    """A dot for each seed of each system, and a line through the means.

    Args:
        values: by title of the score, then by system, one number for each seed; systems without numbers have none.
        measures: how to show each score, by the same titles.
    """
    systems = list(dict.fromkeys(system for of_score in values.values() for system in of_score))
    with style():
        width = max(2.6, 0.5 * len(systems) + 0.9)
        figure = Figure(figsize=(width * len(values) + 0.3, 2.9), layout="constrained")
        for index, (axes, (title, of_systems)) in enumerate(
            zip(figure.subplots(1, len(values), squeeze=False)[0], values.items(), strict=True)
        ):
            places = [place for place, system in enumerate(systems) if of_systems.get(system)]
            means = [float(np.mean(of_systems[systems[place]])) for place in places]
            axes.plot(places, means, linewidth=1.5, **line_style(index))
            for place in places:
                seeds = of_systems[systems[place]]
                axes.plot([place] * len(seeds), seeds, "o", markersize=3.5, color=INK, alpha=0.6, markeredgewidth=0)
            measure = measures[title]
            axes.set_title(f"{printable(title)} {measure.arrow}", loc="left", parse_math=False)
            axes.set(xticks=range(len(systems)), xlim=(-0.5, len(systems) - 0.5), ylabel=measure.unit)
            axes.set_xticklabels([printable(system) for system in systems], rotation=30, ha="right", parse_math=False)
            axes.spines[["top", "right"]].set_visible(False)
    return figure
