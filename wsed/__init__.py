"""Weakly supervised sound event detection and separation."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsed.inference.model import Model

__version__ = "0.2.0"


def load(path: str | Path, device: str = "auto", allowed: Sequence[str] = ()) -> "Model":
    """A trained system, ready to be used on recordings: see `wsed.inference.load.load`.

    Args:
        path: folder of a run, a `.ckpt` file, or an `.onnx` file of `wsed export`.
        device: `cpu`, `cuda`, ...; `auto` for a GPU if there is one.
        allowed: modules or packages besides wsed whose classes the file may name.

    Raises:
        UserError: the file is neither a checkpoint nor an export of wsed, or names a class that is not allowed.
    """
    # Imported here, so that `import wsed` takes no time.
    from wsed.inference.load import load as load_model

    return load_model(path, device, allowed)
