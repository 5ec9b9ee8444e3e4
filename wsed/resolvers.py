"""What configs can ask for with `${name:...}`."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from wsed.config import identity, settle
from wsed.data.folder import folder_names
from wsed.errors import UserError

LONGEST_NAME = 80
"""Characters of overrides in the name of a run folder."""


def register() -> None:
    """Makes the resolvers known to OmegaConf."""
    OmegaConf.register_new_resolver("run_folder", run_folder, replace=True)
    OmegaConf.register_new_resolver("folder_names", lambda root: folder_names(Path(root)), replace=True)
    OmegaConf.register_new_resolver("mix", mix, replace=True)
    OmegaConf.register_new_resolver("fast_precision", fast_precision, replace=True)


def run_folder(*, _root_: DictConfig) -> str:
    """Name of a run's folder: its overrides, without paths and what has no influence, and its identity."""
    quiet = (
        "data.root=",
        "data.scenes_root=",
        "force=",
        "resume=",
        "logger",
        "hydra",
        "experiment=",
        "trainer.devices",
        "data.num_workers",
        "data.cache",
    )
    words = [word for word in _root_.hydra.overrides.task if not word.lstrip("+~").startswith(quiet)]
    readable = "".join(letter if letter.isalnum() or letter in "=,.-_" else "_" for letter in ",".join(words))
    return "-".join(filter(None, [readable[:LONGEST_NAME], identity(settle(_root_))]))


def mix(root: str, name: str) -> Any:
    """An entry of the `mix.json` of a folder that `wsed data mix` wrote.

    Raises:
        UserError: there is no such file.
    """
    path = Path(root) / "mix.json"
    if not path.is_file():
        raise UserError(f"data.root={root}: has no mix.json; write the folder with `wsed data mix`")
    return json.loads(path.read_text(encoding="utf-8"))[name]


@cache
def fast_precision() -> str:
    """`bf16-mixed` where the processor or the GPU multiplies bfloat16 matrices in hardware, otherwise `32-true`."""
    import torch

    if torch.cuda.is_available():
        return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "32-true"
    fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return "bf16-mixed" if fast else "32-true"
