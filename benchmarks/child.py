"""Runs one benchmark in a process of its own.

What one benchmark does to the allocator, to the threads or to the memory of the GPU is gone when the next one starts.
Each figure is written as soon as it is known, so that those of a benchmark that is stopped are kept.
"""

import importlib
import json
import os
import signal
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks.discovery import Benchmark
from benchmarks.figure import Figure, from_plain, not_here
from benchmarks.isolated import context
from benchmarks.settings import Settings


class BenchmarkFailedError(Exception):
    """A benchmark ended with an error; the message is the end of what it printed."""


def run(benchmark: Benchmark, settings: Settings, limit: float | None) -> Iterator[Figure]:
    """The figures of a benchmark, their names with that of the benchmark.

    Args:
        benchmark: the benchmark.
        settings: what it is told.
        limit: seconds that it may take; None for no limit. Beyond it, what is missing is one figure that is not here.

    Raises:
        BenchmarkFailedError: it failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, log = Path(folder, "figures"), Path(folder, "log")
        path.touch()
        process = context().Process(target=write_figures, args=(benchmark.module, settings, path, log))
        process.start()
        try:
            process.join(limit)
            code = process.exitcode
        finally:
            if process.exitcode is None:
                _kill(process)
        for line in path.read_text().splitlines():
            yield from_plain(json.loads(line))
        if code is None:
            yield not_here(f"{benchmark.name}: the rest", f"took more than {limit:.0f} s")
        elif code:
            raise BenchmarkFailedError("\n".join(log.read_text(errors="replace").splitlines()[-15:]))


def _kill(process: BaseProcess) -> None:
    """Kills a process and those that it has started, and waits for its end."""
    assert process.pid is not None
    # In its first moment it has no session yet.
    for send in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            send(process.pid, signal.SIGKILL)
    process.join()


def named(benchmark: str, figures: Iterable[Figure]) -> Iterator[Figure]:
    """Figures whose names begin with that of their benchmark.

    Raises:
        ValueError: two of them have the same name.
    """
    known: set[str] = set()
    for figure in figures:
        if figure.name in known:
            raise ValueError(f"{benchmark}: two figures have the name {figure.name}")
        known.add(figure.name)
        yield replace(figure, name=f"{benchmark}: {figure.name}")


def write_figures(module: str, settings: Settings, path: Path, log: Path) -> None:
    """Runs a benchmark in this process, in a session of its own.

    Args:
        module: dotted name of the benchmark.
        settings: what it is told.
        path: file for each figure as a line of JSON.
        log: file for what it prints.
    """
    os.setsid()
    with log.open("w") as output:
        for descriptor in (1, 2):
            os.dup2(output.fileno(), descriptor)
    figures = importlib.import_module(module).figures(settings)
    with path.open("a") as file:
        for figure in named(module.removeprefix("benchmarks.").replace(".", "/"), figures):
            print(json.dumps(asdict(figure)), file=file, flush=True)
