"""Functions that configs call as `${name:...}`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from wsed.checks.files import read_text
from wsed.checks.names import check_part, shortened
from wsed.errors import UserError

MOST_BYTES = 2**24
"""The largest `mix.json` that is read."""

MOST_LABELS = 10_000
SAMPLE_RATES = range(1000, 10**6 + 1)
"""Hz."""

ENTRIES = {
    "labels": "it must list distinct names of event classes",
    "sample_rate": f"it must be {SAMPLE_RATES[0]} to {SAMPLE_RATES[-1]} Hz",
}
"""What the entries of `mix.json` must be."""


def register() -> None:
    """Makes the resolvers known to OmegaConf; call it once Hydra is initialized, which registers its own.

    `${now:FORMAT}` is the time of this call: the runs of a sweep are composed seconds apart, and all of them must find
    the same folder.
    """
    OmegaConf.register_new_resolver("now", datetime.now().strftime, replace=True)
    OmegaConf.register_new_resolver("folder_names", folder_names, replace=True)
    OmegaConf.register_new_resolver("mix", mix, replace=True)


def folder_names(root: str) -> list[str]:
    """The names of the folders in a folder, see `wsed.data.soundbanks.folder.folder_names`.

    Raises:
        UserError: there are none, or one cannot be the name of an event class.
    """
    # Imported here because it loads PyTorch, which takes seconds and which most configs do not need.
    from wsed.data.soundbanks import folder

    names = folder.folder_names(Path(root))
    for name in names:
        if not _is_label(name):
            raise UserError(f"{root}: the folder {shortened(name)!r} cannot be the name of an event class; rename it")
    return names


def mix(root: str, name: str) -> list[str] | int:
    """The entry `labels` or `sample_rate` of the `mix.json` of a folder that `wsed data mix` wrote.

    Raises:
        UserError: there is no such file, or the entry has a value that cannot be right.
    """
    path = Path(root) / "mix.json"
    if not path.is_file():
        raise UserError(f"data.root={root}: has no mix.json; write the folder with `wsed data mix`")
    try:
        content = json.loads(read_text(path, MOST_BYTES))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: is not JSON; write the folder again with `wsed data mix`") from error
    value = content.get(name) if isinstance(content, dict) else None
    if name == "sample_rate" and type(value) is int and value in SAMPLE_RATES:
        return value
    if name == "labels" and isinstance(value, list) and 0 < len(value) <= MOST_LABELS and all(map(_is_label, value)):
        labels: list[str] = value
        if len(set(labels)) == len(labels):
            return labels
    raise UserError(
        f"{path}: {name} is {shortened(repr(value))}; {ENTRIES[name]}; write the folder with `wsed data mix`"
    )


def _is_label(value: Any) -> bool:
    """Whether a value is the name of an event class: it can be the name of a file, and is no reference to a key."""
    if not isinstance(value, str) or "${" in value:
        return False
    try:
        check_part(value, "labels")
    except UserError:
        return False
    return True
