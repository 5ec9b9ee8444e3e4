"""What tests share."""

from pathlib import Path

import pytest

ESC10 = Path(__file__).parents[2] / "shared" / "data" / "esc10"


@pytest.fixture(scope="session")
def esc10_root() -> Path:
    """Real recordings, which are no part of the project."""
    if not (ESC10 / "meta.csv").is_file():
        pytest.skip(f"{ESC10}: the recordings of ESC-10 are not there")
    return ESC10
