"""Runs that Weights & Biases has written offline, read back with its own reader."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple


class Read(NamedTuple):
    """What W&B says of an offline run, and its records by type."""

    summary: dict[str, Any]
    records: dict[str, list[dict[str, Any]]]

    @property
    def settings(self) -> dict[str, Any]:
        return self.records["run"][-1]

    @property
    def history(self) -> list[dict[str, Any]]:
        """Logged rows, without what W&B adds to each."""
        rows = (record["item"] for record in self.records["history"])
        return [{key: value for key, value in row.items() if not key.startswith("_")} for row in rows]


@cache
def read(file: Path) -> Read:
    def leet(*options: str) -> str:
        command = [sys.executable, "-m", "wandb", "leet", "inspect", *options, "--json", str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    records: dict[str, list[dict[str, Any]]] = {}
    for line in leet().splitlines():
        record = json.loads(line)
        records.setdefault(record["type"], []).append(record[record["type"]])
    return Read(json.loads(leet("--summary")), records)


def only_run(folder: Path) -> Read:
    (file,) = folder.rglob("*.wandb")
    return read(file)
