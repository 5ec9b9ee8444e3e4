"""`wsed separate`: separates the sounds in recordings."""

import argparse

from wsed.commands.parser import Parser, exit_code
from wsed.commands.recordings import recordings_parser, run_on_recordings

HELP = """Separates the sounds in recordings.

  wsed separate RUN recording.wav --output SOUNDS
  wsed separate RUN recordings/ --output SOUNDS --classes baby_cry,dog_bark

Each recording has a file for each class that is detected in it (or for each of --classes), and one for the rest:
NAME.CLASS.wav and NAME.rest.wav. They have the sample rate, the length and the channels of the recording, in 32-bit
floats, and sum to it; nothing is rescaled. The masks are those of the mean of all channels. Frequencies above half the
sample rate of the system stay in the rest.

The same command again goes on where it was stopped. A recording that cannot be read is named at the end, and the exit
code is 1."""


def parser() -> Parser:
    """The options."""
    return recordings_parser("separate", HELP, "folder to write", needs_output=True)


def main(words: list[str]) -> int:
    """Separates; returns the exit code."""
    return exit_code(lambda: separate(parser().parse_args(words)))


def separate(options: argparse.Namespace) -> int:
    """Separates, and writes the sources; returns the exit code.

    Raises:
        UserError: the model or an option cannot be used, or there are no recordings.
    """
    from wsed.inference.separation_folder import SeparationFolder

    return run_on_recordings(
        options,
        "mean",
        lambda model, inputs, described, wanted: SeparationFolder(
            options.output, described, model.labels, wanted, inputs
        ),
    )
