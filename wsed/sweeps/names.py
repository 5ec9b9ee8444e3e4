"""Names of run folders."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

LONGEST_NAME = 80
"""Maximum number of characters that the overrides take in the name of a run folder."""

UNNAMED = (
    "data.root",
    "data.scenes_root",
    "experiment",
    "sweep",
    "force",
    "resume",
    "hydra",
    "launcher",
    "logger",
    "runtime",
    "sweeper",
)
"""Keys that are not part of a name: they have no influence on the result, or the parent folder is named after them."""


def run_name(parent: Path, overrides: Sequence[str], swept: Collection[str], identity: str) -> str:
    """Name of a run folder: the run's overrides and its identity, such as `pooling=gap,seed=2-1f0a93c7`.

    If `parent` has a folder with this identity already, the name of that folder is returned: the same run always has
    the same folder, whatever the order of its overrides and however it is launched. Otherwise the overrides are sorted,
    with the swept ones first, so that these remain when a long name is cut.

    Args:
        parent: folder of the run folders; it may not exist.
        overrides: overrides of the command line.
        swept: keys that differ among the runs of a sweep.
        identity: identity of the run.
    """
    for path in sorted(parent.glob(f"*{identity}")):
        if path.name == identity or path.name.endswith(f"-{identity}"):
            return path.name
    words: dict[str, str] = {}
    for override in overrides:
        key, _, value = override.lstrip("+").partition("=")
        if not any(key.lstrip("~") == name or key.lstrip("~").startswith(f"{name}.") for name in UNNAMED):
            words[key] = value
    first = {key.lstrip("+") for key in swept}
    ordered = sorted(words, key=lambda key: (key not in first, key))
    readable = ",".join(f"{key}={words[key]}" for key in ordered)
    if len(readable) > LONGEST_NAME:
        readable = ",".join(f"{key.rsplit('.', 1)[-1]}={words[key]}" for key in ordered)
    safe = re.sub(r"[^\w=,.-]+", "_", re.sub(r"[{}\[\]'\"]", "", readable))[:LONGEST_NAME].rstrip(",._-")
    return "-".join(filter(None, [safe, identity]))
