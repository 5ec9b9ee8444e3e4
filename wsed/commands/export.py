"""`wsed export`: writes a trained system for programs without wsed."""

import argparse
from pathlib import Path

from wsed.commands.parser import Parser, add_allow, exit_code
from wsed.imports import quick_imports

HELP = """Writes a trained system for programs without wsed.

  wsed export RUN --format onnx --output model.onnx
  wsed export RUN --format torch --output model.pt

MODEL is the folder of a run, or a checkpoint. The file takes `waveform` (batch, samples), 32-bit floats in [-1, 1] at
the sample rate of the system, of any length and batch size, and gives

  clip_probs   (batch, class)
  frame_probs  (batch, class, time)
  masks        (batch, class, time, freq), for systems that separate

It also holds the event classes, the sample rate, the frame rate, the length of the training clips and the
post-processing, in JSON: as the metadata `wsed` of ONNX, and as the extra file `wsed.json` of TorchScript. The file is
compared with the system on noise of several lengths; if a probability differs by more than 0.0001 or a mask by more
than 0.001, nothing is written.

`wsed detect model.onnx` and `wsed separate model.onnx` run the file by onnxruntime. Recordings that are longer than the
training clips are best cut into windows of that length, as `wsed detect` does."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed export", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("model", metavar="MODEL", help="folder of a run, or a .ckpt file")
    options.add_argument("--format", choices=("onnx", "torch"), required=True, help="torch is TorchScript")
    options.add_argument("--output", type=Path, metavar="FILE", required=True, help="file to write: .onnx or .pt")
    add_allow(options)
    return options


def main(words: list[str]) -> int:
    """Exports; returns the exit code."""
    return exit_code(lambda: export(parser().parse_args(words)))


def export(options: argparse.Namespace) -> None:
    """Exports a system, and prints the largest differences.

    Raises:
        UserError: the model cannot be used, or a part of it cannot be exported.
    """
    with quick_imports():
        from wsed.inference.export.export import export as export_model
        from wsed.inference.export.formats import export_format
        from wsed.inference.load import load

    form = export_format(options.format)
    model = load(options.model, "cpu", options.allow)
    differences = export_model(model, form, options.output)
    size = options.output.stat().st_size / 2**20
    found = ", ".join(f"{difference:.1g} ({name})" for name, difference in differences.items())
    print(f"{options.output}: {size:.1f} MB, differs from the system by at most {found}")
