"""A run has the same results to the bit in a new process and after other runs in the same process."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.small_run import LOGGED, SMALL

VALIDATED = ["data.clips={train: 12, val: 6, test: 3}", "test=best"]
RUN = [*SMALL, *VALIDATED, "postprocessing=tuned", "seed=3"]
OTHERS = {
    "the same with other seeds": ([*RUN[:-1], "seed=1"], [*RUN[:-1], "seed=2", "data.seed=7"]),
    "others that set what they can": (
        [*SMALL, "pooling=fap", "+trainer.deterministic=true", "+trainer.benchmark=true", "precision=bf16-mixed"],
        [*LOGGED, "pooling=gmp", "augmentation=stripes", "optimizer.lr=1000", "mixing.fresh=false"],
    ),
}
PROGRAM = "import json, sys; from wsed.__main__ import main; [main(['train', *run]) for run in json.loads(sys.argv[1])]"


def execute(*runs: list[str]) -> None:
    """Executes runs one after another in a new process."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "WANDB_MODE": "offline"}
    subprocess.run([sys.executable, "-c", PROGRAM, json.dumps(runs)], env=environment, check=True)


def curves(run: Path) -> list[dict[str, str]]:
    with (run / "metrics.csv").open() as file:
        return [{name: value for name, value in row.items() if "seconds" not in name} for row in csv.DictReader(file)]


def results(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "results.json").read_text())
    return {name: value for name, value in found.items() if name not in ("timing", "git", "command", "overrides")}


def predictions(run: Path) -> dict[str, bytes]:
    files = (path for path in (run / "predictions").rglob("*") if path.is_file())
    # An archive has the time of its writing.
    return {str(path.relative_to(run)): path.read_bytes() for path in files if path.suffix != ".npz"}


@pytest.mark.slow
@pytest.mark.parametrize("case", OTHERS)
def test_the_third_run_of_a_process(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    execute([*RUN, "hydra.run.dir=fresh"])
    execute(*([*words, f"hydra.run.dir={n}"] for n, words in enumerate(OTHERS[case])), [*RUN, "hydra.run.dir=third"])
    fresh, third = Path("fresh"), Path("third")
    assert len(list(tmp_path.glob("*/status.json"))) == 4
    assert results(third) == results(fresh)
    assert curves(third) == curves(fresh)
    assert predictions(third) == predictions(fresh)
    for name in ("last.ckpt", "best.ckpt"):
        one, other = (torch.load(run / "checkpoints" / name, weights_only=True) for run in (fresh, third))
        assert list(one["state_dict"]) == list(other["state_dict"])
        assert all(torch.equal(one["state_dict"][key], other["state_dict"][key]) for key in one["state_dict"])
