"""`wsed detect`: finds the events in recordings."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wsed.commands.parser import Parser, add_allow, exit_code
from wsed.errors import UserError, did_you_mean, one_line

if TYPE_CHECKING:
    from wsed.inference.formats.base import EventFormat

HELP = """Finds the events in recordings.

  wsed detect RUN recording.wav                            # prints a table
  wsed detect RUN recordings/ 'night*/*.flac' --output FOUND --format tsv,audacity
  cat recording.wav | wsed detect RUN -

MODEL is the folder of a run, or a checkpoint. Recordings may have any length, sample rate and number of channels; those
longer than the training clips are cut into windows that overlap. The tables have the columns filename, onset, offset,
event_label and score; times are in seconds.

With --output, each recording has a file of each format, and events.tsv and the like have those of all recordings. The
same command again goes on where it was stopped; recordings that are finished with the same model and options are
skipped. A recording that cannot be read is named at the end, and the exit code is 1."""

FORMATS = ("tsv", "audacity", "raven", "jsonl", "textgrid")


def parser() -> Parser:
    """The options."""
    options = Parser("wsed detect", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("model", metavar="MODEL", help="folder of a run, or a .ckpt file")
    options.add_argument("audio", nargs="+", metavar="AUDIO", help="files, folders, patterns, or - for standard input")
    options.add_argument(
        "--output", type=Path, metavar="FOLDER", help="folder to write; without it, a table is printed"
    )
    options.add_argument(
        "--format", default="tsv", metavar="NAMES", help=f"formats, separated by commas: {', '.join(FORMATS)}"
    )
    options.add_argument("--classes", metavar="NAMES", help="only these classes, separated by commas")
    options.add_argument("--threshold", type=float, metavar="X", help="threshold of all classes, from 0 to 1")
    options.add_argument(
        "--channels", choices=("mean", "left", "right", "each"), default="mean", help="what mono is made of"
    )
    options.add_argument("--scores", action="store_true", help="also write frame probabilities, for sed_scores_eval")
    options.add_argument("--device", default="auto", help="cpu or cuda (default: a GPU if there is one)")
    add_allow(options)
    return options


def main(words: list[str]) -> int:
    """Detects; returns the exit code."""
    return exit_code(lambda: detect(parser().parse_args(words)))


def detect(options: argparse.Namespace) -> int:
    """Detects, and prints or writes the events.

    Raises:
        UserError: the model or an option cannot be used, or there are no recordings.
    """
    from wsed.inference.detect_files import Sink, detect_files
    from wsed.inference.detection_folder import DetectionFolder
    from wsed.inference.inputs import find_inputs
    from wsed.inference.journal import options_text
    from wsed.inference.load import load
    from wsed.inference.printer import Printer
    from wsed.inference.progress import SpeedBar

    formats = chosen_formats(options.format)
    if not options.output and (options.scores or list(formats) != ["tsv"]):
        raise UserError("detect: a table can be printed, and nothing else; add --output FOLDER")
    classes = None if options.classes is None else options.classes.split(",")
    with find_inputs(options.audio) as inputs:
        model = load(options.model, options.device, options.allow)
        wanted, postprocessing = model.check_classes(classes), model.with_threshold(options.threshold)
        sink: Sink
        if options.output:
            described = options_text(
                model=model.digest,
                classes=wanted,
                channels=options.channels,
                postprocessing=postprocessing.description(),
            )
            sink = DetectionFolder(options.output, formats, options.scores, described, model.labels, inputs)
        else:
            sink = Printer()
        with SpeedBar(inputs) as bar:
            totals = detect_files(model, inputs, sink, postprocessing, wanted, options.channels, bar.advance)
        sink.close()
    skipped = f", {totals.skipped} skipped, which were finished before" if totals.skipped else ""
    print(f"{totals.finished} recordings{skipped}, {bar.speed()} on {model.system.device}", file=sys.stderr)
    for problem in totals.problems:
        print(f"wsed: {one_line(problem)}", file=sys.stderr)
    return 1 if totals.problems else 0


def chosen_formats(names: str) -> dict[str, "EventFormat"]:
    """The formats of a list with commas.

    Raises:
        UserError: one of them does not exist.
    """
    from wsed.inference.formats import formats

    known = formats()
    for name in names.split(","):
        if name not in known:
            raise UserError(f"--format {name}: is unknown; give one of {', '.join(known)}.{did_you_mean(name, known)}")
    return {name: known[name] for name in names.split(",")}
