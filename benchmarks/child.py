"""`python -m benchmarks.child MODULE SETTINGS FILE`: runs one benchmark in a process of its own.

What one benchmark does to the allocator, to the threads or to the memory of the GPU is gone when the next one starts.
Each figure is written as soon as it is known, so that those of a benchmark that is stopped are kept.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.discovery import FOLDER, Benchmark
from benchmarks.figure import Figure, from_plain, not_here
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
        command = [sys.executable, "-m", "benchmarks.child", benchmark.module, json.dumps(asdict(settings)), str(path)]
        with log.open("w") as output:
            process = subprocess.Popen(
                command, cwd=FOLDER.parent, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                code = process.wait(limit)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                if process.poll() is None:
                    # Its own processes as well.
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        for line in path.read_text().splitlines():
            yield from_plain(json.loads(line))
        if code is None:
            yield not_here(f"{benchmark.name}: the rest", f"took more than {limit:.0f} s")
        elif code:
            raise BenchmarkFailedError("\n".join(log.read_text(errors="replace").splitlines()[-15:]))


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


def main(module: str, settings: str, path: str) -> None:
    """Writes each figure as a line of JSON."""
    figures = importlib.import_module(module).figures(Settings(**json.loads(settings)))
    with Path(path).open("a") as file:
        for figure in named(module.removeprefix("benchmarks.").replace(".", "/"), figures):
            print(json.dumps(asdict(figure)), file=file, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
