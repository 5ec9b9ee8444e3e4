"""Fixtures of all tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.requirements import shared, unavailable

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        unavailable("there is no browser; install Debian's chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path)
        yield opened
        opened.close()
