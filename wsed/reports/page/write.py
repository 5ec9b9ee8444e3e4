"""Writes the page of a comparison, a single self-contained HTML file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wsed.atomic import write_text
from wsed.checks.names import shortened
from wsed.checks.printable import printable
from wsed.reports.best import best_runs
from wsed.reports.examples import Example, read_examples
from wsed.reports.figures.lines import psd_roc_figure, timeline_figure
from wsed.reports.figures.maps import mask_figure, saliency_figure
from wsed.reports.page.data import page_data
from wsed.reports.page.embedding import Image
from wsed.reports.page.facts import run_facts
from wsed.reports.page.listening import listening_table
from wsed.reports.psd_roc import read_psd_rocs
from wsed.reports.rows import comparison_rows, shown_measures
from wsed.reports.runs import Run, class_labels
from wsed.reports.settings import differing_settings, label_runs
from wsed.reports.table import class_tables, overall_table

MOST_RUNS = 1000
"""Largest number of runs on the page; browsers are slow with more lines and rows."""

SHOWN = 8
"""Largest number of runs with figures and sounds; a limit keeps the page small."""

LONGEST_REASON = 2000
"""Characters of the longest reason for a failure that is shown."""

SCRIPTS = ("page.js", "plot.js", "table.js", "multiples.js", "curves.js", "bars.js")
"""Scripts of the page, in the order of execution."""


def write_page(runs: Sequence[Run], out: Path) -> Path:
    """Writes the comparison of runs as `index.html`, with every image, sound and script inside it.

    Args:
        runs: the runs, in the order of the page.
        out: folder of the page; created if it is missing.

    Returns:
        Path of the page, which is written atomically. Parts of runs that are damaged are left out, and the page says
        so.
    """
    best = best_runs(runs, MOST_RUNS)
    on_page = [runs[place] for place in sorted(best.places)] or runs[:MOST_RUNS]
    content = {**_tables(on_page), **_shown_in_full(on_page), **_assets(), "limited": best.reason}
    # Only now all files have been read.
    failures = _failures(runs)
    content |= {"failures": failures[:MOST_RUNS], "more_failures": max(0, len(failures) - MOST_RUNS)}
    html = _environment().get_template("page.html.j2").render(**content)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "index.html"
    # A name of a file may have characters that UTF-8 cannot hold.
    write_text(path, html.encode(errors="replace").decode())
    return path


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("wsed.reports.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False, "ensure_ascii": False}
    return environment


def _assets() -> dict[str, Markup]:
    """Style and scripts. They contain no text of a run, so they need no escaping, which would break them."""
    own = Path(__file__).parent
    scripts = ((own / "scripts" / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return {"style": Markup((own / "page.css").read_text(encoding="utf-8")), "script": Markup("\n".join(scripts))}


def _tables(runs: Sequence[Run]) -> dict[str, Any]:
    """The content of the page for every run."""
    labels = label_runs(runs)
    measures = shown_measures(runs)
    named = list(zip(runs, labels, strict=True))
    return {
        "count": len(runs),
        "title": ", ".join(dict.fromkeys(run.name for run in [run for run in runs if run.results] or runs)),
        "classes": class_labels(runs),
        "differing": differing_settings(runs),
        "overall": overall_table(comparison_rows(runs, labels, measures), measures),
        "shown_keys": [measure.key for measure in measures],
        "facts": [(label, run_facts(run)) for run, label in named],
        "commands": [run.command or "" for run in runs],
        "data": page_data(runs, labels),
    }


def _failures(runs: Sequence[Run]) -> list[tuple[str, str, str]]:
    """Label, folder and reason of each run that failed, and of each part of a run that is left out."""
    found = []
    for run, label in zip(runs, label_runs(runs), strict=True):
        reasons = [*([run.reason] if run.failed else []), *(f"{reason}; it is left out" for reason in run.left_out)]
        found += [(label, str(run.folder.path), shortened(printable(reason), LONGEST_REASON)) for reason in reasons]
    return found


def _shown_in_full(runs: Sequence[Run]) -> dict[str, Any]:
    """Tables by class, figures and sounds of the best runs."""
    labels = label_runs(runs)
    best = best_runs(runs, SHOWN, each=("model", "pooling"))
    places = sorted(best.places)
    shown, names = [runs[place] for place in places], [labels[place] for place in places]
    measures = shown_measures(runs)
    examples = read_examples(shown, names)
    return {
        "shown_because": best.reason,
        "shown_count": len(shown),
        "by_class": class_tables(comparison_rows(shown, names, measures), measures),
        "examples": examples,
        "listening": listening_table(shown, names, examples),
        **_example_figures(examples),
        **_psd_roc([runs[place] for place in best.places], [labels[place] for place in best.places], names),
    }


def _example_figures(examples: Sequence[Example]) -> dict[str, Image | None]:
    return {
        "masks": Image.of(mask_figure(examples)) if examples and examples[0].masks else None,
        "saliency": Image.of(saliency_figure(examples)) if examples and examples[0].saliency else None,
        "timeline": Image.of(timeline_figure(examples)) if examples else None,
    }


def _psd_roc(ranked: Sequence[Run], labels: Sequence[str], order: Sequence[str]) -> dict[str, Any]:
    """The PSD-ROC of the best runs that have frame probabilities, in the order of the page."""
    found = {labels[place]: curves for place, curves in read_psd_rocs(ranked).items()}
    rocs = {label: found[label] for label in order if label in found}
    return {"psd_roc": Image.of(psd_roc_figure(rocs)) if rocs else None, "psd_roc_runs": list(rocs)}
