"""Names of event classes: what they may be, in a config and in files."""

from collections import Counter
from collections.abc import Sequence

from wsed.checks.names import check_part, shortened
from wsed.errors import UserError

RESERVED = frozenset({"background", "filename", "onset", "offset", "_target_", "_partial_"})
"""Names with a meaning of their own in files: columns of tables, the source of everything else, and keys of configs."""

LONGEST = 200
"""Bytes. A label is the name of a file or folder in some data sets."""

MOST = 10_000


def check_labels(labels: Sequence[str], where: str = "data.labels") -> tuple[str, ...]:
    """Checks the event classes of a data set. Other words than those of `RESERVED`, such as `nan` and `all`, are names.

    Args:
        labels: names of event classes.
        where: their place, for messages.

    Returns:
        The labels.

    Raises:
        UserError: there are none or too many, or a label is empty, reserved, too long, there twice, begins or
            ends with a space, or could not be the name of a file.
    """
    if not labels:
        raise UserError(f"{where}: is empty; name at least one event class")
    if len(labels) > MOST:
        raise UserError(f"{where}: has {len(labels)} event classes; {MOST} are the most")
    for label in labels:
        _check(label, where)
    twice = next((label for label, count in Counter(labels).items() if count > 1), None)
    if twice is not None:
        raise UserError(f"{where}: has {shortened(twice)} twice; remove one")
    return tuple(labels)


def _check(label: str, where: str) -> None:
    if not label or label != label.strip():
        raise UserError(f"{where}: '{shortened(label)}' is empty, or begins or ends with a space; correct the label")
    if label in RESERVED:
        raise UserError(f"{where}: an event class cannot be called {label}, which has another meaning; rename it")
    if len(label.encode(errors="surrogateescape")) > LONGEST:
        raise UserError(f"{where}: '{shortened(label)}' has more than {LONGEST} bytes; shorten the label")
    check_part(label, where)
