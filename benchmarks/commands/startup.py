"""The time of `wsed train` to its first training step, and what it is spent on."""

import builtins
import importlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figure import SHARE, Figure
from benchmarks.settings import Settings
from wsed.imports import quick_imports

REPEATS = 3
SHOWN = 12
"""The number of packages whose import times are shown."""


class Watch:
    """Measures the parts of a command, and apart from them the time of imports.

    Args:
        started: when the process was started, in seconds since the epoch of the clock.
    """

    def __init__(self, started: float) -> None:
        self.last = started
        self.importing = 0.0
        self.depth = 0
        self.parts: dict[str, float] = {}

    def mark(self, name: str) -> None:
        """Ends a part."""
        now = time.time()
        self.parts[name] = now - self.last - self.importing
        self.parts["imports"] = self.parts.get("imports", 0.0) + self.importing
        self.last, self.importing = now, 0.0

    def imports(self, module: Any, name: str) -> None:
        """Counts the time of a function as imports."""
        function = getattr(module, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            self.depth += 1
            started = time.time()
            try:
                return function(*args, **kwargs)
            finally:
                self.depth -= 1
                if not self.depth:
                    self.importing += time.time() - started

        setattr(module, name, timed)

    def starts(self, owner: Any, name: str, part: str) -> None:
        """Ends a part whenever a function is called."""
        function = getattr(owner, name)

        def marked(*args: Any, **kwargs: Any) -> Any:
            self.mark(part)
            return function(*args, **kwargs)

        setattr(owner, name, marked)


def child(started: float, words: list[str]) -> None:
    """Runs `wsed train` up to its second training step; prints the seconds of each part as the last line of stderr."""
    watch = Watch(started)
    watch.mark("python")
    watch.imports(builtins, "__import__")
    watch.imports(importlib, "import_module")
    # As the command loads them.
    with quick_imports():
        import pytorch_lightning as pl

        from wsed.__main__ import main as command
        from wsed.runs.active_run import ActiveRun
        from wsed.systems.base import System

    watch.starts(pl, "seed_everything", "compose and validate")
    watch.starts(ActiveRun, "start", "data and system")
    watch.starts(pl.Trainer, "fit", "run folder, statistics of features, logger")
    step = System.training_step
    steps = iter(["trainer", "first step"])

    def stepping(*args: Any) -> Any:
        watch.mark(part := next(steps))
        if part == "first step":
            print(f"\n{json.dumps(watch.parts)}", file=sys.stderr, flush=True)
            os._exit(0)
        return step(*args)

    System.training_step = stepping  # type: ignore[method-assign, assignment]
    sys.exit(command(["train", *words]))


def first_step(folder: Path, logger: str, *python: str) -> tuple[dict[str, float], list[str]]:
    """Seconds of each part of `wsed train`, and the lines of its stderr.

    Args:
        folder: the run folder, which must not exist.
        logger: a choice of the group `logger`; all other settings are the defaults.
        python: options of the interpreter.
    """
    words = [f"logger={logger}", f"hydra.run.dir={folder}"]
    process = subprocess.Popen(
        [sys.executable, *python, "-m", "benchmarks.commands.startup", str(time.time()), *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "WANDB_MODE": "offline"},
    )
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith("{"):
            break
    # The whole group, because the logger has a process of its own.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return json.loads(lines[-1]), lines


def packages(lines: list[str]) -> dict[str, float]:
    """Seconds that each package itself takes to import, the slowest first, from the output of `-X importtime`."""
    found: dict[str, float] = defaultdict(float)
    for line in lines:
        if line.startswith("import time:") and "self" not in line:
            own, _, name = line.removeprefix("import time:").split("|")
            found[name.strip().partition(".")[0]] += int(own) / 1e6
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def medians(root: Path, logger: str, repeats: int) -> dict[str, float]:
    """The median seconds of each part over the repeats, after one to warm the caches."""
    runs = [first_step(root / f"{logger}{repeat}", logger)[0] for repeat in range(repeats + 1)][1:]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def figures(settings: Settings) -> Iterator[Figure]:
    """Times, and the share of each part."""
    loggers, repeats = (("csv",), 1) if settings.small else (("csv", "wandb"), REPEATS)
    with tempfile.TemporaryDirectory() as root:
        for logger in loggers:
            parts = medians(Path(root), logger, repeats)
            step = parts.pop("first step")
            total = sum(parts.values())
            yield Figure(f"first step, logger={logger}", total, "s", f"the step itself, {step:.1f} s")
            for name, part in parts.items():
                yield Figure(f"{name}, logger={logger}", part / total, SHARE, "the time to the first step")
        slowest = packages(first_step(Path(root, "imports"), loggers[-1], "-X", "importtime")[1])
        for name in list(slowest)[:SHOWN]:
            yield Figure(f"import of {name}", slowest[name] / sum(slowest.values()), SHARE, "all imports")


if __name__ == "__main__":
    child(float(sys.argv[1]), sys.argv[2:])
