"""Fixtures of all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.requirements import shared


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Decoded and synthesised sounds go to a temporary folder, not to the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WSED_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def esc10_root() -> Path:
    """Folds 1 to 4 of ESC-10, real recordings."""
    return shared("data/esc10/meta.csv").parent


@pytest.fixture(scope="session")
def desed_baseline() -> Path:
    """A public system's predictions on DESED validation, and how the published tools score them."""
    return shared("oracles/desed_baseline")


@pytest.fixture(scope="session")
def published_nets() -> Path:
    """Weights of the authors' own networks, with inputs, outputs and gradients."""
    return shared("oracles/published_nets")
