"""The page of a comparison: one HTML file that needs nothing else."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from wsed.reports.comparison import Run, comparison_rows, differing_settings, label_runs, read_runs
from wsed.reports.examples import Example, read_examples
from wsed.reports.figures import for_dark_screens, mask_figure, saliency_figure, timeline_figure
from wsed.reports.measures import MISSING
from wsed.reports.table import class_tables, overall_table
from wsed.whole import write_text


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
    """Writes the comparison of runs as `index.html`, with every image and sound inside it.

    Args:
        folders: run folders, in the order of the page.
        out: folder of the page; made if missing.

    Returns:
        Path of the page. It appears whole or not at all.

    Raises:
        UserError: a folder that is no run folder, or a damaged file in it.
    """
    runs = read_runs(folders)
    labels = label_runs(runs)
    rows = comparison_rows(runs)
    named = [run for run in runs if run.results] or runs
    examples = read_examples(runs, labels)
    environment = Environment(
        loader=PackageLoader("wsed.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = environment.get_template("page.html.j2").render(
        count=len(runs),
        title=", ".join(dict.fromkeys(run.name for run in named)),
        classes=list(rows[-1].classes),
        differing=differing_settings(runs),
        overall=overall_table(rows),
        by_class=class_tables(rows, ("EER", "SDR", "SIR", "SAR")),
        examples=examples,
        masks=_image(mask_figure(examples)) if examples and examples[0].masks else None,
        saliency=_image(saliency_figure(examples)) if examples and examples[0].saliency else None,
        timeline=_image(timeline_figure(examples)) if examples else None,
        listening=_listening(runs, labels, examples),
        facts=[(label, _facts(run)) for run, label in zip(runs, labels, strict=True)],
        commands=[run.results.get("command") or "" for run in runs],
        failures=[
            (label, str(run.status.get("reason") or "no reason given"))
            for run, label in zip(runs, labels, strict=True)
            if run.failed
        ],
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
