"""What distinguishes one run from another."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from wsed.config.program import SECTIONS_WITHOUT_INFLUENCE, keys_without_influence
from wsed.config.validate import FOLDER_KEYS, leaves, resolve, without_hydra


def identity(config: DictConfig) -> str:
    """Hash of everything in a config that can change the result of the run.

    Sections without influence are cleared before references to them are resolved, so that a value taken from them
    (such as the folder of a cache) does not count either. The path of a data folder does not count, but the names and
    sizes of its files do.

    Args:
        config: composed and valid.

    Returns:
        Eight hexadecimal digits.

    Raises:
        UserError: a value is missing.
    """
    own = without_hydra(config)
    for section in SECTIONS_WITHOUT_INFLUENCE:
        if isinstance(own.get(section), DictConfig):
            own[section] = OmegaConf.create(_cleared(OmegaConf.to_container(own[section], resolve=False)))
    values = resolve(own)
    for key in (*SECTIONS_WITHOUT_INFLUENCE, *keys_without_influence()):
        values.pop(key, None)
    counted = {
        key: fingerprint(value) if value is not None and key.split(".")[-1] in FOLDER_KEYS else value
        for key, value in leaves(values).items()
    }
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()[:8]


@cache
def fingerprint(root: str) -> str:
    """A hash of the names and sizes of the files below a folder."""
    folder = Path(root)
    files = sorted((path.relative_to(folder).as_posix(), _size(path)) for path in folder.rglob("*.*"))
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()


def _size(path: Path) -> int:
    """Size in bytes; 0 for a link that leads nowhere."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _cleared(node: Any) -> Any:
    """A copy of a node in which every value is None."""
    return {key: _cleared(value) for key, value in node.items()} if isinstance(node, dict) else None
