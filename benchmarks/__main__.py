"""`python -m benchmarks`: measures, and prints one table."""

import argparse
import shlex
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.ceilings import ceilings, file_stem, machine
from benchmarks.child import BenchmarkFailedError, run
from benchmarks.discovery import Benchmark, benchmarks
from benchmarks.figure import Figure
from benchmarks.settings import Settings
from benchmarks.table import Results


def arguments(words: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="beginnings of names, such as training/step; else all")
    parser.add_argument("--gpu", action="store_true", help="those for GPUs, in ten minutes at most; also runs on a CPU")
    parser.add_argument("--small", action="store_true", help="tiny sizes, to test the benchmarks themselves")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a ratio is outside of its bounds")
    parser.add_argument("--save", type=Path, help="a JSON file, or a folder for one with the name of the machine")
    return parser.parse_args(words)


def measured(chosen: list[Benchmark], settings: Settings, limited: bool) -> tuple[list[Figure], dict[str, str]]:
    """All figures, and what the benchmarks that failed printed.

    Args:
        chosen: the benchmarks.
        settings: what they are told.
        limited: whether each is stopped when its minutes are over.
    """
    figures: list[Figure] = []
    failed: dict[str, str] = {}
    for benchmark in chosen:
        started = time.perf_counter()
        print(f"{benchmark.name} ...", end="", file=sys.stderr, flush=True)
        limit = benchmark.gpu_minutes * 60 if limited and benchmark.gpu_minutes else None
        try:
            for figure in run(benchmark, settings, limit):
                # Bounds are for real sizes.
                figures.append(replace(figure, floor=None, ceiling=None) if settings.small else figure)
        except BenchmarkFailedError as error:
            failed[benchmark.name] = str(error)
        print(f" {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return figures, failed


def main(words: list[str]) -> int:
    """Exit code 1 if a benchmark failed, or with `--check` if a ratio is outside of its bounds; 2 for a wrong name."""
    options = arguments(words)
    settings = Settings.of_machine(options.small)
    try:
        chosen = benchmarks(options.names, options.gpu)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    figures, failed = measured(chosen, settings, limited=options.gpu)
    facts = machine(settings)
    results = Results(figures, failed, facts, ceilings(settings), shlex.join(words), options.small)
    results.show()
    if options.save:
        folder = options.save.suffix != ".json"
        path = options.save / f"{file_stem(facts)}.json" if folder else options.save
        results.save(path)
        print(f"{path}: saved, with the table as {path.with_suffix('.md').name}")
    missed = [figure for figure in figures if not figure.passes]
    return int(bool(failed) or (options.check and bool(missed)))


if __name__ == "__main__":
    # As an exception, so that the process of the benchmark at work is ended, too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))
