"""`wsed evaluate`: scores of a trained system, or of anyone's events, scores and tags."""

import argparse
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from wsed.commands.parser import Parser, exit_code
from wsed.config.groups import conf_folder
from wsed.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from wsed.evaluation.evaluator import Evaluation, Results, Settings
    from wsed.metrics.psds import Scenario
    from wsed.postprocessing.thresholds import Postprocessing

HELP = """Scores a trained system, or what anyone's system said.

  wsed evaluate --checkpoint outputs/jsc/RUN
  wsed evaluate --events EVENTS --reference REFERENCE
  wsed evaluate --scores SCORES --tags TAGS --reference REFERENCE --durations DURATIONS

EVENTS and REFERENCE have the columns filename, onset, offset and event_label, DURATIONS filename and duration; times
are in seconds, columns separated by tabs or commas. A clip without events has a row with its name alone. If EVENTS is a
folder, it holds one file for each threshold, the threshold at the end of its name, and is scored by PSDS. SCORES is a
folder with a CLIP.tsv for each clip, columns onset, offset and each class; they are scored as they are, and the events
that post-processing finds in them as well. TAGS has the columns filename and each class. A run keeps all of these in
its predictions/."""

METRICS = {
    "collar": "seconds by which an onset may be off, and an offset at least",
    "offset_share": "share of an event's length by which its offset may be off, if that is more",
    "segment": "seconds of a segment",
    "dtc": "intersection-based F1: share of a report that must lie in events of its class",
    "gtc": "intersection-based F1: share of an event that such reports must cover",
}
POSTPROCESSING = {
    "threshold": "above which a frame belongs to an event",
    "hysteresis": "share of the threshold above which frames beside such a frame belong to its event",
    "median": "seconds of the median filter over scores",
    "gap": "seconds; events of a class with no more between them are one",
    "minimum_duration": "seconds; shorter events are dropped",
    "tag_threshold": "above which a clip has a tag",
}


def parser() -> Parser:
    """The options; what is not given keeps the default that `conf/` shows."""
    options = Parser("wsed evaluate", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = options.add_argument_group("what to score")
    what.add_argument("--checkpoint", type=Path, metavar="RUN", help="folder of a run, or a .ckpt file in one")
    what.add_argument(
        "--data", nargs="+", metavar="CHOICE", help="score RUN on other data: a choice of data, then KEY=VALUE ..."
    )
    what.add_argument("--events", type=Path, help="what a system found: a file, or a folder of them")
    what.add_argument("--scores", type=Path, help="folder of a system's scores, as sed_scores_eval reads them")
    what.add_argument("--tags", type=Path, help="clip probabilities")
    what.add_argument("--reference", type=Path, help="what there was")
    what.add_argument("--durations", type=Path, help="seconds of every clip; PSDS needs them")
    options.add_argument("--json", type=Path, metavar="OUT", help="write scores and parameters here as well")
    _add_numbers(options.add_argument_group("metrics"), METRICS, _defaults("evaluation/dcase"), _positive)
    metrics = options.add_argument_group("PSDS and bootstrap")
    for title in ("scenario1", "scenario2"):
        given = _defaults("evaluation/dcase")[title]
        shown = " ".join(f"{name}={'none' if value is None else value}" for name, value in given.items())
        shown = shown.partition(" ")[2]
        metrics.add_argument(f"--{title}", nargs="+", metavar="NAME=VALUE", help=f"of PSDS ({shown})")
    metrics.add_argument("--draws", type=int, help="of the bootstrap; 0 for no intervals (1000)")
    metrics.add_argument("--seed", type=int, help="of the bootstrap (0)")
    post = options.add_argument_group("from scores to events; a run has parameters of its own")
    _add_numbers(post, POSTPROCESSING, _defaults("postprocessing/plain"), _not_negative)
    return options


def _defaults(choice: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((conf_folder() / f"{choice}.yaml").read_text(encoding="utf-8"))
    return loaded


def _add_numbers(group: Any, texts: dict[str, str], defaults: dict[str, Any], number: Any) -> None:
    for name, text in texts.items():
        group.add_argument(f"--{name.replace('_', '-')}", type=number, help=f"{text} ({defaults[name]:g})")


def main(words: list[str]) -> int:
    """Scores and prints a table; returns the exit code."""
    return exit_code(lambda: evaluate(parser().parse_args(words)))


def evaluate(options: argparse.Namespace) -> None:
    """Scores, prints a table and writes JSON.

    Raises:
        UserError: a file that cannot be used, or options that do not go together.
    """
    from wsed.atomic import write_text
    from wsed.evaluation.evaluator import plain
    from wsed.reports.scores import print_scores

    _check_options(options)
    results, evaluation = _of_run(options) if options.checkpoint else _of_files(options)
    print_scores(results, evaluation.labels, evaluation.parameters)
    if options.json is not None:
        curves = {name: psds.curve() for name, psds in evaluation.curves.items()}
        values = {
            **plain(results),
            **{f"{name}/curve/efpr": at.tolist() for name, (at, _) in curves.items()},
            **{f"{name}/curve/etpr": found.tolist() for name, (_, found) in curves.items()},
            **{f"parameters/{name}": value for name, value in evaluation.parameters.items()},
        }
        write_text(options.json, json.dumps(values, indent=2) + "\n")


def _check_options(options: argparse.Namespace) -> None:
    if options.json is not None and not options.json.parent.is_dir():
        raise UserError(f"{options.json.parent}: is no folder; make it, or give --json another path")
    files = [name for name in ("events", "scores", "tags") if getattr(options, name)]
    if options.checkpoint:
        extra = next((name for name in (*files, "reference", "durations") if getattr(options, name)), None)
        if extra:
            raise UserError(f"evaluate: --{extra} does not go with --checkpoint; leave one out")
        return
    if options.data:
        raise UserError("evaluate: --data goes with --checkpoint; add it")
    if not files:
        raise UserError("evaluate: nothing to score; give --checkpoint, --events, --scores or --tags")
    if options.events and options.scores:
        raise UserError("evaluate: --events does not go with --scores, which give events of their own; leave one out")
    if not options.reference:
        raise UserError("evaluate: --reference is not given; add it")


def _settings(options: argparse.Namespace) -> "Settings":
    from wsed.evaluation.evaluator import Settings

    given = {name: getattr(options, name) for name in (*METRICS, "draws", "seed")}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    scenarios = {
        title: _scenario(title, getattr(options, title), getattr(settings, title))
        for title in ("scenario1", "scenario2")
        if getattr(options, title)
    }
    return replace(settings, **scenarios)  # type: ignore[arg-type]  # only the two scenarios


def _scenario(title: str, words: list[str], scenario: "Scenario") -> "Scenario":
    names = list(scenario.__dataclass_fields__)
    values: dict[str, float | None] = {}
    for word in words:
        name, _, number = word.partition("=")
        if name not in names:
            raise UserError(f"--{title} {word}: there is no {name}; it has {', '.join(names)}")
        try:
            values[name] = None if name == "cttc" and number == "none" else float(number)
        except ValueError as error:
            raise UserError(f"--{title} {word}: is no number; write {name}=0.5") from error
    return replace(scenario, **values)  # type: ignore[arg-type]  # only cttc is None


def _postprocessing(options: argparse.Namespace, file: Path | None) -> "Postprocessing":
    """That of a run, or the plain one, with the options in place of its parameters."""
    from wsed.postprocessing.thresholds import Postprocessing

    if file is None or not file.is_file():
        values = {name: value for name, value in _defaults("postprocessing/plain").items() if name != "_target_"}
    else:
        values = json.loads(file.read_text())
    given = {name: getattr(options, name) for name in POSTPROCESSING}
    return Postprocessing(**{**values, **{name: value for name, value in given.items() if value is not None}})


def _of_run(options: argparse.Namespace) -> tuple["Results", "Evaluation"]:
    from wsed.evaluation.evaluator import evaluate_pass
    from wsed.inference.test_pass import run_of, test_pass

    checkpoint, run = run_of(options.checkpoint)
    postprocessing = _postprocessing(options, run / "postprocessing.json" if run else None)
    scorer = test_pass(checkpoint, run, options.data)
    results, evaluation, _ = evaluate_pass(scorer, postprocessing, _settings(options))
    return results, evaluation


def _of_files(options: argparse.Namespace) -> tuple["Results", "Evaluation"]:
    from wsed.data.annotations import check_known, read_durations, read_events
    from wsed.data.score_files import read_scores, read_tags
    from wsed.evaluation.evaluator import Evaluation

    durations = read_durations(options.durations) if options.durations else None
    reference = read_events(options.reference, durations)
    labels = tuple(sorted(reference["event_label"].dropna().unique()))
    if not labels:
        raise UserError(f"{options.reference}: has no events; nothing can be scored against it")
    if durations is not None:
        check_known(reference, options.reference, "filename", durations, str(options.durations))
    clips = list(durations or dict.fromkeys(reference["filename"]))
    evaluation = Evaluation(reference, labels, clips, _settings(options), durations)

    def read(path: Path) -> "pd.DataFrame":
        events = read_events(path, durations)
        check_known(events, path, "filename", clips, str(options.durations or options.reference))
        check_known(events, path, "event_label", labels, str(options.reference))
        return events

    folder = options.scores or (options.events if options.events and options.events.is_dir() else None)
    if folder and durations is None:
        raise UserError(f"{folder}: is a folder, which is scored by PSDS; add --durations")
    postprocessing = _postprocessing(options, None)
    # Everything is read, and found good, before the first score is counted.
    tags = read_tags(options.tags, labels, clips) if options.tags else None
    if options.scores:
        scores = read_scores(options.scores, labels, clips)
        evaluation.add_scores(scores)
        evaluation.add_events(postprocessing.events(scores))
        evaluation.parameters |= {name: getattr(postprocessing, name) for name in POSTPROCESSING}
    elif folder:
        evaluation.add_points({threshold: read(path) for threshold, path in operating_points(folder).items()})
    elif options.events:
        events = read(options.events)
        _remark(events, options.events)
        evaluation.add_events(events)
    if tags is not None:
        evaluation.add_tags(tags, postprocessing.tag_thresholds(labels))
    return evaluation.results(), evaluation


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


def _not_negative(word: str) -> float:
    value = float(word)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{word} is below 0")
    return value
