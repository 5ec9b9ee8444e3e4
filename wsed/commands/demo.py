"""`wsed demo`: a page in the browser that shows what a trained system makes of a recording."""

import argparse
from importlib.util import find_spec

from wsed.commands.parser import Parser, add_allow, exit_code
from wsed.errors import UserError
from wsed.imports import quick_imports

HELP = """Shows a page in the browser: drop a recording or use the microphone, see the spectrogram, the masks and the
events, and listen to each source.

  wsed demo RUN
  wsed demo RUN --port 8000

MODEL is the folder of a run, or a checkpoint. The page is served on 127.0.0.1 until Ctrl-C, and loads nothing from
elsewhere. Other users of this machine can open it, too, while it runs. Recordings have at most two minutes and 64 MB;
they and the sounds are deleted after 15 minutes, and at the end.

Needs another package: pip install 'wsed[demo]'."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed demo", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("model", metavar="MODEL", help="folder of a run, or a .ckpt file")
    options.add_argument("--port", type=port, metavar="N", help="port of the page (default: one that is free)")
    options.add_argument("--device", default="auto", help="cpu or cuda (default: a GPU if there is one)")
    add_allow(options)
    return options


def port(text: str) -> int:
    """A port that any user may listen on.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not text.isascii() or not text.isdigit() or not 1024 <= int(text[:9]) <= 65535:
        raise argparse.ArgumentTypeError(f"{text}: must be a whole number from 1024 to 65535")
    return int(text)


def main(words: list[str]) -> int:
    """Shows the page; returns the exit code."""
    return exit_code(lambda: demo(parser().parse_args(words)))


def demo(options: argparse.Namespace) -> None:
    """Shows the page until a signal comes.

    Raises:
        UserError: the model or the port cannot be used, or a package is missing.
    """
    if find_spec("gradio") is None:
        raise UserError("demo: needs the package gradio; pip install 'wsed[demo]'")
    with quick_imports():
        from wsed.inference.load import load
        from wsed.inference.page.serve import serve

    serve(load(options.model, options.device, options.allow), options.port)
