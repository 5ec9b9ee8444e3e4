"""What the commands that work on recordings share: options, the pass over all recordings, and the summary."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wsed.commands.parser import Parser, add_allow
from wsed.errors import one_line
from wsed.imports import quick_imports

if TYPE_CHECKING:
    from wsed.inference.files import Sink
    from wsed.inference.inputs import Input
    from wsed.inference.model import Model

MakeSink = Callable[["Model", "list[Input]", str, Any], "Sink"]
"""From the model, the recordings, a text that identifies model and options, and the classes that are wanted."""


def recordings_parser(name: str, description: str, output: str, needs_output: bool) -> Parser:
    """A parser with the shared options.

    Args:
        name: the subcommand.
        description: its help text.
        output: the help text of `--output`.
        needs_output: whether `--output` must be given.
    """
    options = Parser(f"wsed {name}", description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("model", metavar="MODEL", help="folder of a run, a .ckpt or an .onnx file")
    options.add_argument("audio", nargs="+", metavar="AUDIO", help="files, folders, patterns, or - for standard input")
    options.add_argument("--output", type=Path, metavar="FOLDER", required=needs_output, help=output)
    options.add_argument("--classes", metavar="NAMES", help="only these classes, separated by commas")
    options.add_argument("--threshold", type=float, metavar="X", help="threshold of all classes, from 0 to 1")
    options.add_argument("--device", default="auto", help="cpu or cuda (default: a GPU if there is one)")
    add_allow(options)
    return options


def run_on_recordings(options: argparse.Namespace, channels: Any, make_sink: MakeSink) -> int:
    """Passes over all recordings; returns the exit code, 1 if some of them could not be read.

    Raises:
        UserError: the model or an option cannot be used, or there are no recordings.
    """
    with quick_imports():
        from wsed.inference.files import analyse_files
        from wsed.inference.inputs import find_inputs
        from wsed.inference.journal import options_digest
        from wsed.inference.load import load
        from wsed.inference.progress import SpeedBar

    classes = None if options.classes is None else options.classes.split(",")
    with find_inputs(options.audio) as inputs:
        model = load(options.model, options.device, options.allow)
        wanted, postprocessing = model.check_classes(classes), model.with_threshold(options.threshold)
        used = {"model": model.digest, "classes": wanted, "channels": channels}
        sink = make_sink(model, inputs, options_digest(**used, postprocessing=postprocessing.description()), wanted)
        try:
            with SpeedBar(inputs) as bar:
                totals = analyse_files(model, inputs, sink, postprocessing, wanted, channels, bar.advance)
        finally:
            sink.close()
    skipped = f", {totals.skipped} skipped, which were finished before" if totals.skipped else ""
    count = f"{totals.finished} recording{'' if totals.finished == 1 else 's'}"
    print(f"{count}{skipped}, {bar.speed()} on {model.system.device}", file=sys.stderr)
    for problem in totals.problems:
        print(f"wsed: {one_line(problem)}", file=sys.stderr)
    return 1 if totals.problems else 0
