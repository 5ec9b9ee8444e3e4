"""Names of the files that belong to clips, such as `clip.tsv` with the scores of `clip.wav`."""

import hashlib
from collections.abc import Sequence
from pathlib import PurePath

from wsed.checks.names import LONGEST

AUDIO = frozenset({".wav", ".flac", ".ogg", ".mp3"})
"""Suffixes that are left out of the names of a clip's files."""

ROOM = LONGEST - len(".flac")


def score_names(filenames: Sequence[str]) -> dict[str, str]:
    """The names of the score files of clips, without their `.tsv`, as sed_scores_eval expects them in one folder.

    `a.wav` has `a.tsv`. If names have folders, slashes become `%2F` and percent signs `%25`. If two clips differ only
    in their audio suffix, such as `a.wav` and `a.flac`, all names keep it: `a.wav.tsv`.

    Args:
        filenames: names of all clips of a split, no two alike.

    Returns:
        A name for each filename, no two alike.
    """
    folders = any("/" in filename for filename in filenames)
    whole = {filename: _escaped(filename) if folders else filename for filename in filenames}
    stems = {filename: _stem(name) for filename, name in whole.items()}
    unique = len(set(stems.values())) == len(stems)
    return {filename: _fitting(name) for filename, name in (stems if unique else whole).items()}


def sound_folder(filename: str) -> str:
    """The name of the folder with the sounds of a clip: without `.wav`, and with `%2F` for slashes.

    Args:
        filename: name of the clip.
    """
    return _fitting(_escaped(filename).removesuffix(".wav"))


def _stem(filename: str) -> str:
    """The filename without the suffix of an audio file; any other dot belongs to the name."""
    path = PurePath(filename)
    return path.stem if path.suffix.lower() in AUDIO else filename


def _escaped(filename: str) -> str:
    return filename.replace("%", "%25").replace("/", "%2F")


def _fitting(name: str) -> str:
    """The name, with a digest in place of its end if it is too long for a file system."""
    if len(name.encode(errors="surrogateescape")) <= ROOM:
        return name
    return f"{name[:40]}~{hashlib.blake2b(name.encode(errors='surrogateescape'), digest_size=16).hexdigest()}"
