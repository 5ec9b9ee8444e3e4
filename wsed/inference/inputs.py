"""The recordings that a command is given: files, folders, patterns, or standard input."""

import glob
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from wsed.checks.names import check_name
from wsed.data.audio import ffmpeg
from wsed.errors import UserError

STANDARD_INPUT = "-"

SUFFIXES = frozenset(
    [
        ".wav",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".mp3",
        ".aif",
        ".aiff",
        ".caf",
        ".au",
        ".w64",
        ".rf64",
        *ffmpeg.SUFFIXES,
    ]
)
"""Suffixes of the files that are taken from folders; a file that is named is read whatever its suffix."""


@dataclass(frozen=True)
class Input:
    """A recording that a command is given.

    Attributes:
        path: its file.
        name: what its results are called: the path below the folder that was given, or the name of the file; no two
            recordings of a pass have the same.
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
        UserError: there are none.
    """
    with ExitStack() as stack:
        found = [each for word in words for each in ([_copied(stack)] if word == STANDARD_INPUT else _of_word(word))]
        yield _with_own_names(list(dict.fromkeys(found)))


def _with_own_names(inputs: list[Input]) -> list[Input]:
    """Names that differ: if two files have the same, they are called by their paths below the folder of all files."""
    again = {name for name, count in Counter(each.name for each in inputs).items() if count > 1}
    if not again:
        return inputs
    paths = [each.path.absolute() for each in inputs]
    folder = Path(os.path.commonpath([path.parent for path in paths]))
    return [Input(each.path, path.relative_to(folder).as_posix()) for each, path in zip(inputs, paths, strict=True)]


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
