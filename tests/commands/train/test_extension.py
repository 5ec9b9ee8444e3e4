"""A pooling from outside the package: a Python file, a YAML on Hydra's search path, and no edit of wsed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from wsed.systems.base import System

Train = Callable[..., tuple[int, str, str]]

CODE = '''"""Half the mean."""

from wsed.pooling.base import flatten, Pooling


class HalfPooling(Pooling):
    convex, permutation_invariant, monotone = False, True, True

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, probs, embedding=None, valid=None):
        cells, mask = flatten(probs, valid)
        return self.share * (cells * mask).sum(2) / mask.sum(2)
'''
CHOICE = """# A share of the mean.
_target_: half_pooling.HalfPooling
# Of the mean.
share: 0.5
"""


def test_a_pooling_from_outside_trains(train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half_pooling.py").write_text(CODE)
    (tmp_path / "conf" / "pooling").mkdir(parents=True)
    (tmp_path / "conf" / "pooling" / "half.yaml").write_text(CHOICE)
    monkeypatch.syspath_prepend(str(tmp_path))
    path = f"hydra.searchpath=[file://{tmp_path / 'conf'}]"
    code, _, err = train("hydra.run.dir=run", "pooling=half", "pooling.share=0.25", path)
    assert code == 0, err
    assert json.loads(Path("run/results.json").read_text())["choices"]["pooling"] == "half"
    system = System.load("run/checkpoints/last.ckpt")
    waveform = 0.1 * torch.randn(1, 16000, generator=torch.Generator().manual_seed(0))
    prediction = system(waveform)
    assert prediction.masks is not None
    torch.testing.assert_close(prediction.clip_probs, 0.25 * prediction.masks.mean((2, 3)))
    code, _, err = train("hydra.run.dir=other", "pooling=half", "pooling.shar=0.25", path)
    assert code == 2
    assert "Did you mean pooling.share?" in err
