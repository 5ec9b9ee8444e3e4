"""The table of all figures, in the terminal and as a file."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.figure import Figure


@dataclass(frozen=True)
class Results:
    """What a run of the benchmarks has found.

    Attributes:
        figures: in the order of the benchmarks.
        failed: the end of what each benchmark printed that failed, by its name.
        machine: what the machine is.
        ceilings: what it can do at most.
        command: the words after `python -m benchmarks`.
        small: whether the sizes were those of a test.
    """

    figures: Sequence[Figure]
    failed: dict[str, str]
    machine: dict[str, str]
    ceilings: dict[str, float]
    command: str
    small: bool

    def table(self, markdown: bool = False) -> Table:
        """A row for each figure."""
        table = Table(title=None if markdown else "Benchmarks", box=box.MARKDOWN if markdown else box.SIMPLE_HEAD)
        for column in ("figure", "value", "compared with", "floor"):
            table.add_column(column, no_wrap=markdown)
        for figure in self.figures:
            mark = "" if figure.passes else " (missed)"
            cells = (figure.name, figure.value_text() + mark, figure.compared, figure.bound_text())
            # As Text, so that brackets are no markup.
            table.add_row(*map(Text, cells))
        for name in self.failed:
            table.add_row(name, "failed", "", "")
        return table

    def below(self) -> list[str]:
        """The lines below the table."""
        small = ["Sizes of a test (--small): these numbers say nothing about speed."] if self.small else []
        return [
            *small,
            "Machine: " + ", ".join(f"{name} {value}" for name, value in self.machine.items()),
            "Ceilings: " + ", ".join(f"{name} {value:.3g}" for name, value in self.ceilings.items()),
        ]

    def plain(self) -> dict[str, object]:
        """The results as JSON types; figures that are not here are apart."""
        here = [asdict(figure) for figure in self.figures if figure.value is not None]
        for values in here:
            del values["reason"]
        return {
            "command": self.command,
            "small": self.small,
            "machine": self.machine,
            "ceilings": self.ceilings,
            "figures": here,
            "not_here": {figure.name: figure.reason for figure in self.figures if figure.value is None},
            "failed": self.failed,
        }

    def save(self, path: Path) -> None:
        """Writes the JSON, and the table beside it as Markdown."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.plain(), indent=2) + "\n")
        text = StringIO()
        Console(file=text, width=1000).print(self.table(markdown=True))
        rows = [line.strip() for line in text.getvalue().splitlines() if line.strip()]
        lines = [f"`python -m benchmarks {self.command}`", "", *rows]
        for line in self.below():
            lines += ["", line]
        path.with_suffix(".md").write_text("\n".join(lines) + "\n")

    def show(self) -> None:
        """Prints the table, the machine, and what failed."""
        # Wide enough for a log, too.
        console = Console(width=None if sys.stdout.isatty() else 160)
        console.print(self.table())
        for line in self.below():
            console.print(line, markup=False, highlight=False)
        for name, text in self.failed.items():
            console.print(f"\n{name} failed:\n{text}", markup=False, highlight=False)
