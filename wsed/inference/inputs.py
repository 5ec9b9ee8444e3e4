"""The recordings that a command is given: files, folders, patterns, or standard input."""

import glob
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from wsed.checks.names import check_name
from wsed.errors import UserError

STANDARD_INPUT = "-"

SUFFIXES = frozenset(
    [".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".caf", ".au", ".w64", ".rf64"]
)
"""Suffixes of the files that are taken from folders; a file that is named is read whatever its suffix."""


@dataclass(frozen=True)
class Input:
    """A recording that a command is given.

    Attributes:
        path: its file.
        name: what its results are called: the path below the folder that was given, or the name of the file.
    """

    path: Path
    name: str


@contextmanager
def find_inputs(words: Sequence[str]) -> Iterator[list[Input]]:
    """Finds the recordings, in the order of the words and sorted by name in folders; each once.

    Links in folders are followed to files, not to folders. Standard input is copied to a temporary file.

    Args:
        words: files, folders, patterns such as `night*/*.wav` that the shell has left, or `-` for standard input.

    Yields:
        The recordings.

    Raises:
        UserError: there are none, or two recordings have the same name.
    """
    found: dict[str, Input] = {}
    with ExitStack() as stack:
        for word in words:
            for each in [_copied(stack)] if word == STANDARD_INPUT else _of_word(word):
                before = found.setdefault(each.name, each)
                if before.path.resolve() != each.path.resolve():
                    raise UserError(
                        f"{each.path}: has the same name as {before.path}; give the folder of both, so that their "
                        "results have different names"
                    )
        yield list(found.values())


def _copied(stack: ExitStack) -> Input:
    """Standard input in a file, because formats of audio are not read from their beginning to their end."""
    file = stack.enter_context(tempfile.NamedTemporaryFile(prefix="wsed-"))  # noqa: SIM115  # closed by the stack
    while block := sys.stdin.buffer.read(2**20):
        file.write(block)
    file.flush()
    return Input(Path(file.name), "stdin")


def _of_word(word: str) -> list[Input]:
    path = Path(word)
    if path.is_dir():
        inputs = _of_folder(path)
        if not inputs:
            raise UserError(f"{path}: has no recordings; they need a suffix of audio files, such as .wav")
        return inputs
    if not os.path.lexists(path) and glob.has_magic(word):
        matches = sorted(glob.glob(word, recursive=True))  # noqa: PTH207  # Path.glob takes no absolute pattern
        if not matches:
            raise UserError(f"{word}: matches no file; check the pattern")
        return [each for match in matches for each in _of_word(match)]
    return [Input(path, check_name(path.name, word))]


def _of_folder(folder: Path) -> list[Input]:
    names = [
        Path(parent, name).relative_to(folder).as_posix()
        for parent, _, names in os.walk(folder)
        for name in names
        if Path(name).suffix.lower() in SUFFIXES and not name.startswith(".")
    ]
    return [Input(folder / name, check_name(name, str(folder))) for name in sorted(names)]
