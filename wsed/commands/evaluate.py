"""`wsed evaluate`: scores a trained system, or anyone's events, scores and tags."""

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wsed.commands.parser import Parser, add_allow, exit_code
from wsed.errors import UserError
from wsed.imports import quick_imports

if TYPE_CHECKING:
    import pandas as pd

    from wsed.evaluation.evaluator import Evaluation
    from wsed.metrics.outputs import Outputs
    from wsed.postprocessing.base import Postprocessing

HELP = """Scores a trained system, or the output of anyone's system.

  wsed evaluate --checkpoint outputs/jsc/RUN
  wsed evaluate --checkpoint outputs/jsc/RUN data=esc10 data.root=ESC10
  wsed evaluate --events EVENTS --reference REFERENCE metrics.event_based.collar=0.3
  wsed evaluate --scores SCORES --tags TAGS --reference REFERENCE --durations DURATIONS postprocessing=smooth

EVENTS and REFERENCE have the columns filename, onset, offset and event_label, DURATIONS filename and duration; times
are in seconds, columns separated by tabs or commas. A clip without events has a row with only its name. If EVENTS is a
folder, it has one file for each threshold, with the threshold at the end of the file name, and is scored by PSDS.
SCORES is a folder with a CLIP.tsv for each clip, with the columns onset, offset and one for each class; both the scores
and the events that post-processing derives from them are scored. TAGS has the columns filename and one for each class.
The predictions/ of a run has all of these files.

A run is scored as its config says. GROUP=CHOICE and KEY=VALUE change its data, metrics, evaluation and postprocessing
as in `wsed train`: a choice replaces a whole section, +metrics=CHOICE adds a metric, and a key with dots changes one
value."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed evaluate", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="changes of the config; see above")
    what = options.add_argument_group("what to score")
    what.add_argument("--checkpoint", type=Path, metavar="RUN", help="folder of a run, or a .ckpt file in one")
    what.add_argument("--events", type=Path, help="detected events: a file, or a folder with one for each threshold")
    what.add_argument("--scores", type=Path, help="folder of frame probabilities, in the format of sed_scores_eval")
    what.add_argument("--tags", type=Path, help="clip probabilities")
    what.add_argument("--reference", type=Path, help="the true events")
    what.add_argument("--durations", type=Path, help="seconds of every clip; PSDS needs them")
    add_allow(options)
    options.add_argument("--json", type=Path, metavar="OUT", help="write scores, curves and parameters to this file")
    return options


def main(words: list[str]) -> int:
    """Scores and prints tables; returns the exit code."""
    return exit_code(lambda: evaluate(parser().parse_intermixed_args(words)))


def evaluate(options: argparse.Namespace) -> None:
    """Scores, prints tables and writes JSON.

    Raises:
        UserError: a file that cannot be used, or options that do not go together.
    """
    from wsed.atomic import write_text
    from wsed.reports.scores import print_scores

    _check_options(options)
    labels, evaluation, parameters = _of_run(options) if options.checkpoint else _of_files(options)
    print_scores(evaluation.results, evaluation.measures, labels, parameters)
    if options.json is not None:
        values = {
            **evaluation.plain()["metrics"],
            **{name: values.tolist() for name, values in evaluation.curves.items()},
            **{f"parameters/{name}": value for name, value in parameters.items()},
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
    if not files:
        raise UserError("evaluate: nothing to score; give --checkpoint, --events, --scores or --tags")
    data = next((word for word in options.overrides if word.lstrip("+~").startswith(("data", "mixing"))), None)
    if data:
        raise UserError(f"{data}: goes with --checkpoint; add it, or leave this out")
    if options.events and options.scores:
        raise UserError("evaluate: --events does not go with --scores, which give events of their own; leave one out")
    if not options.reference:
        raise UserError("evaluate: --reference is not given; add it")


Scored = tuple[tuple[str, ...], "Evaluation", Mapping[str, Any]]
"""Event classes, scores, and the parameters of the scores."""


def _of_run(options: argparse.Namespace) -> Scored:
    with quick_imports():
        from wsed.evaluation.evaluator import build_evaluator
        from wsed.inference.test_pass import run_config, test_pass
        from wsed.runs.checkpoints import find_checkpoint
        from wsed.systems.base import System

    checkpoint, run = find_checkpoint(options.checkpoint)
    system = System.load(checkpoint, allowed=options.allow)
    config = run_config(checkpoint, run, options.overrides, options.allow)
    evaluator = build_evaluator(config)
    tested = test_pass(system, config)
    evaluation = evaluator.evaluate(tested.outputs()).with_logged(tested.logged)
    return system.labels, evaluation, evaluation.parameters


def _of_files(options: argparse.Namespace) -> Scored:
    from wsed.config.instantiate import instantiate
    from wsed.config.scoring import scoring_config
    from wsed.evaluation.evaluator import build_evaluator
    from wsed.postprocessing.base import Postprocessing

    # That of `wsed train` is fitted, and here is nothing to fit it on.
    words = ["postprocessing=plain", *options.overrides]
    config = scoring_config(words, sections=("metrics", "evaluation", "postprocessing"))
    evaluator, postprocessing = build_evaluator(config), instantiate(config["postprocessing"])
    if not isinstance(postprocessing, Postprocessing):
        raise UserError(
            "postprocessing: has to be fitted on the data of a run; give --checkpoint, or values of your own"
        )
    # Everything is read and checked before the first score is computed.
    outputs = read_outputs(options, postprocessing)
    evaluation = evaluator.evaluate(outputs)
    used = postprocessing.description() if options.scores else {}
    used = {name: value for name, value in used.items() if name != "_target_"}
    return outputs.labels, evaluation, {**evaluation.parameters, **used}


def read_outputs(options: argparse.Namespace, postprocessing: "Postprocessing") -> "Outputs":
    """Reads the output of a system and the reference from files.

    Args:
        options: options of the command line.
        postprocessing: turns scores into events, and clip probabilities into tags.

    Raises:
        UserError: a file that cannot be used.
    """
    from wsed.data.annotations import check_known, read_durations, read_events
    from wsed.data.merging import merge_table, merging_remark
    from wsed.data.score_files import read_scores, read_tags
    from wsed.metrics.outputs import Outputs

    durations = read_durations(options.durations) if options.durations else None
    reference, rows = merge_table(read_events(options.reference, durations))
    joined = [f"{options.reference}, row {row}" for row in rows]
    labels = _labels(reference, options.reference)
    postprocessing.check_labels(labels)
    if durations is not None:
        check_known(reference, options.reference, "filename", durations, str(options.durations))
    clips = list(durations or dict.fromkeys(reference["filename"]))

    def read(path: Path) -> "pd.DataFrame":
        events = read_events(path, durations)
        check_known(events, path, "filename", clips, str(options.durations or options.reference))
        check_known(events, path, "event_label", labels, str(options.reference))
        merged, rows = merge_table(events)
        joined.extend(f"{path}, row {row}" for row in rows)
        return merged

    folder = options.scores or (options.events if options.events and options.events.is_dir() else None)
    if folder and durations is None:
        raise UserError(f"{folder}: is a folder, which is scored by PSDS; add --durations")
    known: dict[str, Any] = {}
    if options.tags:
        known |= {
            "tags": read_tags(options.tags, labels, clips),
            "tag_thresholds": postprocessing.tag_thresholds(labels),
        }
    if options.scores:
        scores = read_scores(options.scores, labels, clips)
        known |= {"scores": scores, "events": postprocessing.detect(scores, known.get("tags"))}
    elif folder:
        known["points"] = {threshold: read(path) for threshold, path in operating_points(folder).items()}
    elif options.events:
        known["events"] = read(options.events)
        _remark(known["events"], options.events)
    for remark in merging_remark(joined):
        print(remark)
    return Outputs(labels, clips, reference, durations, **known)


def _labels(reference: "pd.DataFrame", path: Path) -> tuple[str, ...]:
    """The event classes of the reference."""
    from wsed.checks.labels import check_labels

    labels = sorted(reference["event_label"].dropna().unique())
    if not labels:
        raise UserError(f"{path}: has no events; nothing can be scored against it")
    return check_labels(labels, str(path))


def _remark(events: "pd.DataFrame", path: Path) -> None:
    """Points out what is allowed in a file of events but may be a mistake."""
    if not events["event_label"].notna().any():
        print(f"{path}: has no events, and so every event is missed")
    beyond = events.attrs["beyond"]
    if beyond:
        print(f"{path}: events that reach beyond the end of their clip: {beyond}; they are scored unchanged")


def operating_points(folder: Path) -> dict[float, Path]:
    """The files of a folder by the threshold at the end of their names, such as `predictions_th_0.51.tsv`.

    Raises:
        UserError: the folder has no such file, or two of the same threshold.
    """
    found: dict[float, Path] = {}
    for path in sorted([*folder.glob("*.tsv"), *folder.glob("*.csv")]):
        number = re.search(r"(\d*\.?\d+)$", path.stem)
        if number is None:
            raise UserError(f"{path}: has no threshold at the end of its name, as in events_0.5.tsv; rename it")
        threshold = float(number[1])
        if threshold in found:
            raise UserError(f"{path}: has the same threshold as {found[threshold].name}; remove one")
        found[threshold] = path
    if not found:
        raise UserError(f"{folder}: has no .tsv or .csv file; it needs one for each threshold")
    return found
