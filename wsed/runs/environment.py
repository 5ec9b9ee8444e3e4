"""The environment of a run, which affects its scores: versions of libraries and the state of the source."""

import platform
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

LIBRARIES = ("wsed", "torch", "torchaudio", "pytorch-lightning", "torchmetrics", "fast_bss_eval", "sed_scores_eval")


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that affect the scores."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


@cache
def git_state() -> dict[str, Any] | None:
    """Commit of the source, and whether the source has changed since; None outside a git checkout.

    As this process first found it, since that is the source which it has loaded.
    """
    here = Path(__file__).parent
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True)
        changes = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no", "."],
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return {"commit": commit.stdout.strip(), "dirty": bool(changes.stdout.strip())}
