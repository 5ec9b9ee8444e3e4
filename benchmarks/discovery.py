"""Finds the benchmarks: every Python file in a folder of `benchmarks/`."""

import ast
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Benchmark:
    """A file that has `figures(settings)`.

    Attributes:
        name: its path below `benchmarks/`, without the suffix.
        gpu_minutes: how long it may take with `--gpu`, its constant `GPU_MINUTES`; None if it has none, and so is not
            among the benchmarks for GPUs.
    """

    name: str
    gpu_minutes: float | None

    @property
    def module(self) -> str:
        """The dotted name."""
        return f"benchmarks.{self.name.replace('/', '.')}"


def benchmarks(prefixes: list[str], gpu: bool) -> list[Benchmark]:
    """The benchmarks in the order of their names. Imports none of them.

    Args:
        prefixes: beginnings of names; empty for all.
        gpu: only those for GPUs.

    Raises:
        ValueError: no benchmark has a name that begins so.
    """
    names = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.glob("*/*.py"))
    for prefix in prefixes:
        if not any(name.startswith(prefix) for name in names):
            raise ValueError(f"{prefix}: no benchmark has a name that begins so; choose from {', '.join(names)}")
    chosen = [name for name in names if not prefixes or name.startswith(tuple(prefixes))]
    found = [Benchmark(name, _gpu_minutes(FOLDER / f"{name}.py")) for name in chosen]
    return [each for each in found if not gpu or each.gpu_minutes is not None]


def _gpu_minutes(path: Path) -> float | None:
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "GPU_MINUTES":
            return float(ast.literal_eval(statement.value))
    return None
