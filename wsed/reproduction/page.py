"""The page of a reproduction: verdicts, tables and figures."""

import json
import math
import shlex
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from wsed.atomic import atomic_write, write_text
from wsed.reports.examples import read_examples
from wsed.reports.figures.lines import timeline_figure
from wsed.reports.figures.maps import mask_figure, saliency_figure
from wsed.reports.figures.scores import score_figure
from wsed.reports.figures.style import svg
from wsed.reproduction.jobs import Protocol
from wsed.reproduction.paper import FigureSpec
from wsed.reproduction.tables import comparison_table, verdict_table
from wsed.reproduction.verdicts import Runs, Verdict, judge, measure_of

MOST_EXAMPLES = 3
"""Largest number of clips in a figure."""

FIGURES = {
    "masks": (mask_figure, "masks"),
    "saliency": (saliency_figure, "saliency"),
    "timeline": (timeline_figure, "frame_probs"),
}
"""By kind, the function that draws examples, and the attribute that an example needs for it."""


def write_reproduction(protocol: Protocol, runs: Runs, out: Path) -> tuple[str, list[Verdict]]:
    """Writes `reproduction.md`, `verdicts.json` and the figures.

    Args:
        protocol: how the paper was reproduced.
        runs: finished runs by entry and seed.
        out: the folder to write to; it exists.

    Returns:
        The text of the page, without its figures, and the verdicts.
    """
    paper = protocol.paper
    verdicts = [judge(claim, runs) for claim in paper.claims]
    where = protocol.data if protocol.is_original else f"{protocol.data} (stand-in)"
    parts = [f"# {paper.definition.title}\n", _setting(protocol)]
    titles = {key: title for spec in paper.definition.tables.values() for title, key in spec.columns.items()}
    parts += ["## Claims\n", verdict_table(verdicts, paper.definition.entries, titles)]
    for name, spec in paper.definition.tables.items():
        if not set(paper.published[name]["entry"]) & set(runs):
            continue
        parts += [f"## {spec.title}\n"]
        parts += [comparison_table(spec, paper.published[name], paper.definition.entries, runs, where)]
    text, pictures = "\n".join(parts), []
    for name, figure in paper.definition.figures.items():
        drawn = _drawn(figure, protocol, runs)
        if drawn is not None:
            with atomic_write(out / f"{name}.svg") as partial:
                partial.write_bytes(svg(drawn))
            pictures += [f"## {figure.title}\n", f"![{figure.title}]({name}.svg)\n"]
    write_text(out / "reproduction.md", "\n".join([text, *pictures]))
    write_text(out / "verdicts.json", json.dumps([_plain(verdict) for verdict in verdicts], indent=2) + "\n")
    return text, verdicts


def _setting(protocol: Protocol) -> str:
    """What was run, in a few sentences."""
    definition = protocol.paper.definition
    said = [f"Scale `{protocol.scale}`, {protocol.seeds} seeds, on `data={protocol.data}`."]
    if not protocol.is_original:
        used = " and ".join(f"`data={name}`" for name in definition.corpora)
        said.append(
            f"The paper uses {used}; these data stand in for it, so that systems can be compared with each other, and "
            "not with published numbers."
        )
        replaced = {word.partition("=")[0] for word in definition.quick} if protocol.scale == "quick" else set()
        settings = [word for word in protocol.place_words if word.partition("=")[0] not in replaced]
        if settings:
            said.append(f"Their settings: `{shlex.join(settings)}`.")
    if protocol.scale == "quick":
        said.append(f"Networks and trainings are smaller than published: `{shlex.join(definition.quick)}`.")
    said.append(
        "Means ± 95 % confidence intervals over seeds. A claim holds or fails if paired tests over seeds (t-test) and "
        "over test clips (bootstrap) both have p < 0.05."
    )
    return " ".join(said) + "\n"


def _drawn(spec: FigureSpec, protocol: Protocol, runs: Runs) -> Figure | None:
    """The figure; None if its entries were not run, or have no such examples."""
    entries = protocol.paper.definition.entries
    shown = [name for name in spec.entries if name in runs]
    if spec.kind == "scores":
        measures = {title: measure_of(key, runs) for title, key in spec.columns.items()}
        values = {
            title: {entries[name].title: _numbers(runs, name, measure.key) for name in shown}
            for title, measure in measures.items()
        }
        return score_figure(values, measures) if any(any(of.values()) for of in values.values()) else None
    first = [next(iter(runs[name].values())) for name in shown]
    examples = read_examples(first, [entries[name].title for name in shown]) if first else []
    draw, needed = FIGURES[spec.kind]
    usable = [example for example in examples if getattr(example, needed)][:MOST_EXAMPLES]
    return draw(usable) if usable else None


def _numbers(runs: Runs, name: str, key: str) -> list[float]:
    found = (run.scores.get(key) for run in runs[name].values())
    return [float(value) for value in found if value is not None]


def _plain(verdict: Verdict) -> Mapping[str, Any]:
    return {
        "claim": verdict.claim.claim,
        "source": verdict.claim.source,
        "outcome": verdict.outcome,
        "differences": [
            {
                "score": each.measure.key,
                **{
                    name: None if isinstance(value, float) and math.isnan(value) else value
                    for name, value in asdict(each).items()
                    if name != "measure"
                },
            }
            for each in verdict.differences
        ],
    }
