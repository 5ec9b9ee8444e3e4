"""What some tests need beside the repository: they are skipped where it is missing, but fail in CI."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def unavailable(reason: str) -> NoReturn:
    """Skips the test; fails it if the environment variable `CI` is set and not empty.

    Args:
        reason: what is missing.
    """
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; CI is set, so this is not skipped")
    pytest.skip(reason)


def shared(name: str) -> Path:
    """A file or folder of `../shared`: real recordings, public annotation, outputs of published tools.

    Args:
        name: its path below `../shared`.
    """
    path = SHARED / name
    if not path.exists():
        unavailable(f"{path} is missing")
    return path
