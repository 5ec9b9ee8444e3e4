"""`wsed detect`: finds the events in recordings."""

import argparse
from typing import TYPE_CHECKING

from wsed.commands.parser import Parser, exit_code
from wsed.commands.recordings import recordings_parser, run_on_recordings
from wsed.errors import UserError, did_you_mean
from wsed.inference.formats import formats

if TYPE_CHECKING:
    from wsed.inference.formats.base import EventFormat

HELP = """Finds the events in recordings.

  wsed detect RUN recording.wav                            # prints a table
  wsed detect RUN recordings/ 'night*/*.flac' --output FOUND --format tsv,audacity
  cat recording.wav | wsed detect RUN -

MODEL is the folder of a run, a checkpoint, or an export to ONNX. Recordings may have any length, sample rate and number
of channels; those longer than the training clips are cut into windows that overlap. The tables have the columns
filename, onset, offset, event_label and score; times are in seconds.

With --output, each recording has a file of each format, and events.tsv and the like have those of all recordings. The
same command again goes on where it was stopped; recordings that are finished with the same model and options are
skipped. A recording that cannot be read is named at the end, and the exit code is 1."""


def parser() -> Parser:
    """The options."""
    options = recordings_parser("detect", HELP, "folder to write; without it, a table is printed", needs_output=False)
    names = ", ".join(formats())
    options.add_argument("--format", default="tsv", metavar="NAMES", help=f"formats, separated by commas: {names}")
    options.add_argument(
        "--channels", choices=("mean", "left", "right", "each"), default="mean", help="what mono is made of"
    )
    options.add_argument("--scores", action="store_true", help="also write frame probabilities, for sed_scores_eval")
    options.add_argument("--plot", action="store_true", help="also draw each recording and its events, as PNG")
    return options


def main(words: list[str]) -> int:
    """Detects; returns the exit code."""
    return exit_code(lambda: detect(parser().parse_args(words)))


def detect(options: argparse.Namespace) -> int:
    """Detects, and prints or writes the events; returns the exit code.

    Raises:
        UserError: the model or an option cannot be used, or there are no recordings.
    """
    chosen = chosen_formats(options.format)
    if not options.output and (options.scores or options.plot or list(chosen) != ["tsv"]):
        raise UserError("detect: only a table can be printed; add --output FOLDER")
    from wsed.inference.detection_folder import DetectionFolder
    from wsed.inference.printer import Printer

    return run_on_recordings(
        options,
        options.channels,
        lambda model, inputs, described, _: (
            DetectionFolder(options.output, chosen, options.scores, options.plot, described, model.labels, inputs)
            if options.output
            else Printer()
        ),
    )


def chosen_formats(names: str) -> dict[str, "EventFormat"]:
    """The formats of a list with commas.

    Raises:
        UserError: one of them does not exist.
    """
    known = formats()
    for name in names.split(","):
        if name not in known:
            raise UserError(f"--format {name}: is unknown; give one of {', '.join(known)}.{did_you_mean(name, known)}")
    return {name: known[name] for name in names.split(",")}
