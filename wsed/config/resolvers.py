"""Functions that configs call as `${name:...}`."""

import json
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from wsed.errors import UserError


def register() -> None:
    """Makes the resolvers known to OmegaConf."""
    OmegaConf.register_new_resolver("folder_names", folder_names, replace=True)
    OmegaConf.register_new_resolver("mix", mix, replace=True)


def folder_names(root: str) -> list[str]:
    """See `wsed.data.soundbanks.folder.folder_names`."""
    # Imported here because it loads PyTorch, which takes seconds and which most configs do not need.
    from wsed.data.soundbanks import folder

    return folder.folder_names(Path(root))


def mix(root: str, name: str) -> Any:
    """An entry of the `mix.json` of a folder that `wsed data mix` wrote.

    Raises:
        UserError: there is no such file.
    """
    path = Path(root) / "mix.json"
    if not path.is_file():
        raise UserError(f"data.root={root}: has no mix.json; write the folder with `wsed data mix`")
    return json.loads(path.read_text(encoding="utf-8"))[name]
