"""The page of a comparison: one HTML file that needs nothing else."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wsed.atomic import write_text
from wsed.reports.best import best_runs
from wsed.reports.comparison import Run, comparison_rows, differing_settings, label_runs, read_runs
from wsed.reports.examples import Example, read_examples
from wsed.reports.figures import for_dark_screens, mask_figure, psd_roc_figure, saliency_figure, timeline_figure
from wsed.reports.measures import MISSING
from wsed.reports.page_data import page_data
from wsed.reports.psd_roc import read_psd_rocs
from wsed.reports.table import class_tables, overall_table

SHOWN = 8
"""Runs that are drawn and heard in full, at most, so that the page stays small."""

SCRIPTS = ("page.js", "plot.js", "table.js", "multiples.js", "curves.js", "bars.js")
"""In the order in which they run."""


@dataclass(frozen=True)
class Image:
    """A figure for light and for dark screens, as `data:` URIs."""

    light: str
    dark: str


@dataclass(frozen=True)
class Player:
    """One sound of the listening table; `source` is a `data:` URI, or None where a run has no such sound."""

    title: str
    source: str | None


def write_page(folders: Sequence[Path], out: Path) -> Path:
    """Reads run folders and writes their comparison; see `write_comparison`.

    Args:
        folders: run folders, in the order of the page.
        out: folder of the page; made if missing.

    Raises:
        UserError: a folder that is no run folder, or a damaged file in it.
    """
    return write_comparison(read_runs(folders), out)


def write_comparison(runs: Sequence[Run], out: Path) -> Path:
    """Writes the comparison of runs as `index.html`, with every image, sound and script inside it.

    Args:
        runs: in the order of the page.
        out: folder of the page; made if missing.

    Returns:
        Path of the page. It appears whole or not at all.

    Raises:
        UserError: a damaged file in the folder of a run.
    """
    labels = label_runs(runs)
    best = best_runs(runs, SHOWN, each=("model", "pooling"))
    ranked = [(runs[place], labels[place]) for place in best.places]
    shown = [(runs[place], labels[place]) for place in sorted(best.places)]
    rows = comparison_rows(runs, labels)
    shown_rows = comparison_rows([run for run, _ in shown], [label for _, label in shown])
    named = [run for run in runs if run.results] or runs
    examples = read_examples([run for run, _ in shown], [label for _, label in shown])
    rocs = {ranked[place][1]: curves for place, curves in read_psd_rocs([run for run, _ in ranked]).items()}
    rocs = {label: rocs[label] for _, label in shown if label in rocs}
    environment = Environment(
        loader=PackageLoader("wsed.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False, "ensure_ascii": False}
    own = Path(__file__).parent
    html = environment.get_template("page.html.j2").render(
        count=len(runs),
        title=", ".join(dict.fromkeys(run.name for run in named)),
        classes=list(rows[-1].classes),
        differing=differing_settings(runs),
        overall=overall_table(rows),
        by_class=class_tables(shown_rows, ("EER", "SDR", "SIR", "SAR")),
        shown_because=best.reason,
        examples=examples,
        masks=_image(mask_figure(examples)) if examples and examples[0].masks else None,
        saliency=_image(saliency_figure(examples)) if examples and examples[0].saliency else None,
        timeline=_image(timeline_figure(examples)) if examples else None,
        psd_roc=_image(psd_roc_figure(rocs)) if rocs else None,
        psd_roc_runs=list(rocs),
        shown_count=len(shown),
        listening=_listening([run for run, _ in shown], [label for _, label in shown], examples),
        facts=[(label, _facts(run)) for run, label in zip(runs, labels, strict=True)],
        commands=[run.command or "" for run in runs],
        failures=[
            (label, str(run.folder), str(run.status.get("reason") or "no reason given"))
            for run, label in zip(runs, labels, strict=True)
            if run.failed
        ],
        data=page_data(runs, labels),
        # No text of a run is in these, so they need no escaping, which would break them.
        style=Markup((own / "page.css").read_text(encoding="utf-8")),
        script=Markup("\n".join((own / "scripts" / name).read_text(encoding="utf-8") for name in SCRIPTS)),
    )
    out.mkdir(parents=True, exist_ok=True)
    path = out / "index.html"
    write_text(path, html)
    return path


def _image(svg: bytes) -> Image:
    return Image(_data_uri(svg, "image/svg+xml"), _data_uri(for_dark_screens(svg), "image/svg+xml"))


def _listening(
    runs: Sequence[Run], labels: Sequence[str], examples: Sequence[Example]
) -> list[tuple[Example, list[Player]]]:
    """For each clip the mixture, the truth and what each run separated; runs without sounds are left out."""
    folders = {label: run.folder / "predictions" / "audio" for run, label in zip(runs, labels, strict=True)}
    folders = {label: folder for label, folder in folders.items() if folder.is_dir()}
    table = []
    for example in examples if folders else []:
        own = {label: folder / Path(example.filename).stem for label, folder in folders.items()}
        players = [_player(name, [folder / f"{name}.flac" for folder in own.values()]) for name in ("mixture", "truth")]
        players += [_player(label, [folder / "separated.flac"]) for label, folder in own.items()]
        table.append((example, players))
    return table


def _player(title: str, candidates: Sequence[Path]) -> Player:
    path = next((path for path in candidates if path.exists()), None)
    return Player(title, _data_uri(path.read_bytes(), "audio/flac") if path else None)


def _facts(run: Run) -> dict[str, str]:
    """What it takes to make the run again, and what it cost."""
    results = run.results
    git = results.get("git") or {}
    parameters = results.get("parameters")
    seconds = (results.get("timing") or {}).get("train_seconds")
    seed = results.get("seed")
    return {
        "Status": str(run.status.get("status", "done")),
        "Seed": MISSING if seed is None else str(seed),
        "Parameters": MISSING if parameters is None else f"{parameters:,}",
        "Training": MISSING if seconds is None else _duration(seconds),
        "Commit": str(git.get("commit") or MISSING)[:10] + (" + changes" if git.get("dirty") else ""),
    }


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _data_uri(content: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"
