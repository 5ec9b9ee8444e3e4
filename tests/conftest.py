"""Fixtures of all tests."""

import gc
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.requirements import shared, unavailable
from tests.warm import Forked, WarmServer
from wsed.imports import quick_imports
from wsed.training.allocator import keep_freed_memory

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Start = Callable[..., Forked]

LONGEST = (
    "commands/slurm/test_slurm.py",
    "inference/export/test_export.py",
    "robustness/test_run_folders.py",
    "robustness/test_fuzz.py",
    "commands/train/test_ddp.py",
    "inference/test_long_recording.py",
    "systems/test_grid.py",
    "robustness/test_soundbank_tables.py",
    "robustness/test_tables.py",
)
"""The files that take longest, each on one worker; the first mostly waits."""


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Decoded and synthesised sounds go to a temporary folder that all workers share, not to the user's cache."""
    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WSED_CACHE", str(common / "cache"))
        yield


@pytest.fixture(scope="session")
def warm_server(_own_cache: None) -> Iterator[WarmServer]:
    """Starts commands of wsed without the seconds that a new process needs to load PyTorch."""
    server = WarmServer()
    yield server
    server.stop()


@pytest.fixture
def start(warm_server: WarmServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts commands of wsed, or Python programs, in the working directory; none of them outlives the test."""
    printed = tmp_path_factory.mktemp("printed")
    started: list[Forked] = []

    def start(*words: str, **more: Any) -> Forked:
        outputs = tuple(str(printed / f"{name}{len(started)}") for name in ("out", "err"))
        started.append(warm_server.start(words, more.pop("folder", Path.cwd()), outputs, **more))
        return started[-1]

    yield start
    for process in started:
        process.kill()


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


def pytest_configure() -> None:
    """Keeps freed memory, and runs full garbage collections less often; each saves a twentieth of the CPU time."""
    keep_freed_memory()
    gc.set_threshold(700, 10, 100)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Modules of tests, and what they load, are not searched for garbage again and again."""
    with quick_imports():
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, then those with slow tests, so that no worker is left with one in the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    place = {Path(__file__).parent / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (place.get(item.path, len(place)), item.path not in slow))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how the commands of tests/robustness ended, over all workers."""
    reports = [report for found in terminalreporter.stats.values() for report in found if hasattr(report, "when")]
    found = [each for report in reports if report.when == "teardown" for each in report.user_properties]
    kinds = Counter(value for name, value in found if name == "ended")
    inputs = sum(value for name, value in found if name == "inputs")
    if kinds:
        ends = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
        terminalreporter.write_line(f"commands: {kinds.total()}, {ends}; random inputs: {inputs}")
