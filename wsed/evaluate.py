"""`wsed evaluate`: scores of event files."""

import argparse
import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from wsed.cli import exit_code
from wsed.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

HELP = """Scores the events that a system found, whoever's system it is.

EVENTS and REFERENCE have the columns filename, onset, offset and event_label, DURATIONS filename and duration; times
are in seconds, columns separated by tabs or commas. A clip without events has a row with its name alone. If EVENTS is a
folder, it holds one file for each threshold, the threshold at the end of its name, and is scored by PSDS. SCORES is a
folder with a CLIP.tsv for each clip, columns onset, offset and each class, and is scored by PSDS as well."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"evaluate: {message}; see wsed evaluate --help")


def parser() -> Parser:
    """The options, with DCASE's defaults."""
    options = Parser("wsed evaluate", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = options.add_mutually_exclusive_group(required=True)
    what.add_argument("--events", type=Path, help="what a system found: a file, or a folder of them")
    what.add_argument("--scores", type=Path, help="folder of a system's scores, as sed_scores_eval reads them")
    options.add_argument("--reference", type=Path, required=True, help="what there was")
    options.add_argument("--durations", type=Path, help="seconds of every clip; PSDS needs them")
    options.add_argument("--json", type=Path, metavar="OUT", help="write scores and parameters here as well")
    for name, (default, text) in {
        "collar": (0.2, "seconds by which an onset may be off, and an offset at least"),
        "offset-share": (0.2, "share of an event's length by which its offset may be off, if that is more"),
        "segment": (1.0, "seconds of a segment"),
        "dtc": (0.5, "share of a report that must lie in events of its class"),
        "gtc": (0.5, "share of an event that such reports must cover"),
    }.items():
        options.add_argument(f"--{name}", type=_positive, default=default, help=f"{text} ({default:g})")
    options.add_argument("--draws", type=int, default=1000, help="of the bootstrap; 0 for no intervals (1000)")
    options.add_argument("--seed", type=int, default=0, help="of the bootstrap (0)")
    return options


def main(words: list[str]) -> int:
    """Scores files and prints a table; returns the exit code."""
    return exit_code(lambda: evaluate(parser().parse_args(words)))


def evaluate(options: argparse.Namespace) -> None:
    """Scores files, prints a table and writes JSON.

    Raises:
        UserError: a file that cannot be used, or options that do not go together.
    """
    from wsed.evaluation import SCENARIOS, Settings, evaluate_events, evaluate_points, evaluate_scores, parameters
    from wsed.metrics.event_files import check_known, read_durations, read_events, read_scores
    from wsed.reports.scores import print_scores
    from wsed.runs import write_text

    if options.json is not None and not options.json.parent.is_dir():
        raise UserError(f"{options.json.parent}: is no folder; make it, or give --json another path")
    settings = Settings(
        options.collar, options.offset_share, options.segment, options.dtc, options.gtc, options.draws, options.seed
    )
    durations = read_durations(options.durations) if options.durations else None
    reference = read_events(options.reference, durations)
    labels = sorted(reference["event_label"].dropna().unique())
    if not labels:
        raise UserError(f"{options.reference}: has no events; nothing can be scored against it")
    if durations is not None:
        check_known(reference, options.reference, "filename", durations, str(options.durations))
    clips = list(durations or dict.fromkeys(reference["filename"]))

    def read(path: Path) -> "pd.DataFrame":
        events = read_events(path, durations)
        check_known(events, path, "filename", clips, str(options.durations or options.reference))
        check_known(events, path, "event_label", labels, str(options.reference))
        return events

    folder = options.scores or (options.events if options.events.is_dir() else None)
    scenarios = SCENARIOS if folder else {}
    results: dict[str, Any]
    if not folder:
        events = read(options.events)
        _remark(events, options.events)
        results = dict(evaluate_events(reference, events, labels, clips, settings))
    elif durations is None:
        raise UserError(f"{folder}: is a folder, which is scored by PSDS; add --durations")
    elif options.scores:
        results = dict(evaluate_scores(reference, read_scores(folder, labels, clips), durations, scenarios))
    else:
        points = {threshold: read(path) for threshold, path in operating_points(folder).items()}
        results = dict(evaluate_points(reference, points, labels, durations, scenarios))
    used = parameters(settings, scenarios)
    print_scores(results, labels, used)
    if options.json is not None:
        values = {name: _plain(value) for name, value in {**results, **used}.items()}
        write_text(options.json, json.dumps(values, indent=2) + "\n")


def _remark(events: "pd.DataFrame", path: Path) -> None:
    """Says what is legal, and yet may be a mistake."""
    if not events["event_label"].notna().any():
        print(f"{path}: has no events, and so every event is missed")
    beyond = events.attrs["beyond"]
    if beyond:
        print(f"{path}: events that reach beyond the end of their clip: {beyond}; scored as they are")


def operating_points(folder: Path) -> dict[float, Path]:
    """The files of a folder by the threshold that ends their names, such as `predictions_th_0.51.tsv`.

    Raises:
        UserError: no such file, or two of one threshold.
    """
    found: dict[float, Path] = {}
    for path in sorted([*folder.glob("*.tsv"), *folder.glob("*.csv")]):
        number = re.search(r"(\d*\.?\d+)$", path.stem)
        if number is None:
            raise UserError(f"{path}: has no threshold at the end of its name, as in events_0.5.tsv; rename it")
        threshold = float(number[1])
        if threshold in found:
            raise UserError(f"{path}: is of the same threshold as {found[threshold].name}; remove one")
        found[threshold] = path
    if not found:
        raise UserError(f"{folder}: has no .tsv or .csv file; it needs one for each threshold")
    return found


def _positive(word: str) -> float:
    value = float(word)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{word} is not above 0")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value
