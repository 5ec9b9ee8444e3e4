"""Exceptions that end a command or a run on purpose."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake that the user can correct.

    Its message is one line: what is wrong, where, and what to do. The command line prints that line and exits with
    code 2; users of the library catch it like any exception.
    """


class RunBusyError(UserError):
    """Another process is executing the run."""


class PrunedError(Exception):
    """A run of a sweep falls so far behind the others that it is not worth continuing."""


class TrainingDivergedError(Exception):
    """The loss is not finite."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean X?` with the known word that is spelled most like `word`, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""
