"""The notebook runs from its first cell to its last."""

import json
from pathlib import Path

import pytest
import torch

from tests.small_run import SMALL
from wsed.__main__ import main

NOTEBOOK = Path(__file__).parents[2] / "experiments" / "use.ipynb"


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", *SMALL, "hydra.run.dir=RUN"]) == 0
    cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] for cell in cells)
    found: dict[str, object] = {}
    for cell in cells:
        exec("".join(cell["source"]), found)
    sources, samples = found["sources"], found["samples"]
    assert isinstance(sources, dict)
    torch.testing.assert_close(sum(sources.values()), samples)
