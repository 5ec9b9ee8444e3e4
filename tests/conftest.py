"""What tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"
ESC10 = SHARED / "data" / "esc10"
DESED = SHARED / "oracles" / "desed_baseline"
PUBLISHED_NETS = SHARED / "oracles" / "published_nets"


@pytest.fixture(scope="session", autouse=True)
def _a_cache_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WSED_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def esc10_root() -> Path:
    """Real recordings, which are no part of the project."""
    if not (ESC10 / "meta.csv").is_file():
        pytest.skip(f"{ESC10}: the recordings of ESC-10 are not there")
    return ESC10


@pytest.fixture(scope="session")
def desed_baseline() -> Path:
    """A public baseline's events on DESED, and what the published tools said of them."""
    if not DESED.is_dir():
        pytest.skip(f"{DESED}: the events of the DESED baseline are not there")
    return DESED


@pytest.fixture(scope="session")
def published_nets() -> Path:
    """Weights of the authors' own networks, with inputs, outputs and gradients."""
    if not PUBLISHED_NETS.is_dir():
        pytest.skip(f"{PUBLISHED_NETS}: the published networks are not there")
    return PUBLISHED_NETS
