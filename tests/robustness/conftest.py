"""Commands that must end in one line, and the counts of how they ended."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.conftest import Start
from tests.robustness.command import Wsed
from tests.robustness.processes import Process, start_anew
from tests.small_run import SMALL
from tests.warm import WarmServer

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
"""How long all searches for bad input take together; 0 for a few inputs each."""
UNBOUNDED: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
ROUND = 25
"""Inputs that are tried between two looks at the clock."""

Search = Callable[[st.SearchStrategy[Any], Callable[[Any], object], int], None]


@pytest.fixture
def wsed(tmp_path: Path, warm_server: WarmServer, record_property: Callable[[str, object], None]) -> Iterator[Wsed]:
    """The command `wsed`, in the empty folder `work`."""
    folder = tmp_path / "work"
    folder.mkdir()
    command = Wsed(folder, warm_server)
    yield command
    for kind in command.kinds:
        record_property("ended", kind)


@pytest.fixture
def search(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Iterator[Search]:
    """Tries inputs of a strategy, and shows the smallest one that fails; by default a given number of them."""
    tried = Counter[str]()
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = SECONDS * workers / sum("search" in item.fixturenames for item in request.session.items)  # type: ignore[attr-defined]

    def search_in(strategy: st.SearchStrategy[Any], attempt: Callable[[Any], object], few: int) -> None:
        until = time.monotonic() + share
        number = 0
        while not tried or time.monotonic() < until:

            @seed(number)
            @settings(max_examples=ROUND if SECONDS else few, **UNBOUNDED)
            @given(strategy)
            def one_round(content: Any) -> None:
                tried["inputs"] += 1
                attempt(content)

            one_round()
            number = random.SystemRandom().randrange(2**32)

    yield search_in
    record_property("inputs", tried["inputs"])


@pytest.fixture
def begin(tmp_path: Path, start: Start) -> Callable[..., Process]:
    """Starts `wsed train` in a fork."""
    return lambda *words, **more: start("train", *words, folder=tmp_path, **more)


@pytest.fixture
def begin_anew(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts `wsed train` in new interpreters, none of which outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, **more: Any) -> Process:
        started.append(start_anew(tmp_path, *words, **more))
        return started[-1]

    yield begin
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory, warm_server: WarmServer) -> Path:
    """A finished run; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("small") / "work"
    folder.mkdir()
    Wsed(folder, warm_server).accepts("train", *SMALL, "hydra.run.dir=run")
    return folder / "run"
