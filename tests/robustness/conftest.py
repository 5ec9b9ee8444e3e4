"""A warm process for all tests of a worker, and the counts of how its commands ended."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from hypothesis import HealthCheck, settings

from tests.robustness.warm import Wsed, start_server

BOUNDED = 60
"""Number of inputs that a test of hostile inputs tries, unless the profile `fuzz` is chosen."""

_slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
settings.register_profile("bounded", max_examples=BOUNDED, deadline=None, derandomize=True, suppress_health_check=_slow)
settings.register_profile("fuzz", max_examples=20_000, deadline=None, suppress_health_check=_slow)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "bounded"))


@pytest.fixture(scope="session")
def _server(_own_cache: None) -> "Iterator[Popen[str]]":
    server = start_server()
    yield server
    server.kill()
    server.wait()


@pytest.fixture
def wsed(tmp_path: Path, _server: "Popen[str]", record_property: Callable[[str, object], None]) -> Iterator[Wsed]:
    """The command `wsed`, in the empty folder `work`."""
    folder = tmp_path / "work"
    folder.mkdir()
    command = Wsed(folder, _server)
    yield command
    for kind in command.kinds:
        record_property("ended", kind)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how the commands ended, over all workers."""
    reports = [report for found in terminalreporter.stats.values() for report in found if hasattr(report, "when")]
    kinds = Counter(
        value
        for report in reports
        if report.when == "teardown"
        for name, value in report.user_properties
        if name == "ended"
    )
    if kinds:
        terminalreporter.write_line(
            f"commands: {kinds.total()}, " + ", ".join(f"{n} {kind}" for kind, n in kinds.items())
        )
