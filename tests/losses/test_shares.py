"""The share loss, against a naive version and known optima."""

import csv
import math
from pathlib import Path

import pytest
import torch

from tests.small_run import SMALL
from wsed.__main__ import main
from wsed.losses.shares import ShareBce
from wsed.prediction import Prediction, Target


def masks(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def prediction(drawn: torch.Tensor, background: torch.Tensor | None = None) -> Prediction:
    return Prediction(drawn.mean((2, 3)), drawn.mean(3), drawn, background_mask=background)


def target(sources: torch.Tensor | None) -> Target:
    return Target(torch.zeros(2, 3), torch.zeros(2), source_magnitudes=sources)


@pytest.mark.parametrize("power", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("has_background", [False, True])
def test_it_is_the_weighted_cross_entropy_of_every_cell(power: float, has_background: bool) -> None:
    drawn, background, sources = masks(2, 3, 4, 5), masks(2, 4, 5, seed=1), masks(2, 4, 4, 5, seed=2)
    found = ShareBce(power, 1e-7)(prediction(drawn, background if has_background else None), target(sources))
    total, cells = 0.0, 0
    for clip in range(2):
        mixture = sources[clip].sum(0)
        mean = float((mixture**power).mean())
        for t in range(4):
            for f in range(5):
                for channel in range(4 if has_background else 3):
                    mask = float(background[clip, t, f] if channel == 3 else drawn[clip, channel, t, f])
                    share = float(sources[clip, channel, t, f] / mixture[t, f])
                    entropy = -share * math.log(mask) - (1 - share) * math.log(1 - mask)
                    total += float(mixture[t, f]) ** power / mean * entropy
                    cells += 1
    assert float(found) == pytest.approx(total / cells)


def test_the_shares_themselves_are_best() -> None:
    sources = masks(2, 4, 4, 5, seed=2)
    shares = sources / sources.sum(1, keepdim=True)
    drawn = shares.clone().requires_grad_()
    ShareBce(0.5, 1e-7)(prediction(drawn[:, :3], drawn[:, 3]), target(sources)).backward()
    assert drawn.grad is not None
    assert drawn.grad.abs().max() < 1e-6


def test_silence_gives_a_finite_loss() -> None:
    drawn = masks(2, 3, 4, 5).requires_grad_()
    loss = ShareBce(0.5, 1e-7)(prediction(drawn), target(torch.zeros(2, 4, 4, 5, dtype=torch.float64)))
    loss.backward()
    assert loss.isfinite()
    assert drawn.grad is not None
    assert drawn.grad.isfinite().all()


def test_a_system_of_frames_learns_the_share_of_each_frame() -> None:
    sources = torch.zeros(2, 4, 4, 5)
    sources[:, 0, :2], sources[:, 3, 2:] = 2.0, 1.0
    frames = torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]).expand(2, 3, 2)
    loss = ShareBce(0.5, 1e-7)(Prediction(frames.amax(2), frames), target(sources))
    # Half the frames: the class alone, then the background alone.
    assert float(loss) == pytest.approx(0, abs=1e-5)


def test_clips_of_unknown_sources_give_no_loss() -> None:
    drawn = masks(2, 3, 4, 5).requires_grad_()
    loss = ShareBce(0.5, 1e-7)(prediction(drawn), target(None))
    loss.backward()
    assert float(loss) == 0


def test_a_run_trains_on_the_sources_of_its_mixtures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mixtures = ["mixing.duration=1.0", "data.soundbank.recordings=4", "data.clips={train: 12, val: 3, test: 3}"]
    words = [word for word in SMALL if not word.startswith(("mixing.", "data.soundbank", "data.clips"))]
    words += ["loss=shares", "trainer.max_epochs=6", "optimizer.lr=0.02"]
    assert main(["train", *mixtures, *words, "mixing.fresh=false", "hydra.run.dir=memory"]) == 0
    shares = [float(row["train/shares"]) for row in curves("memory") if row["train/shares"]]
    assert len(shares) == 6
    assert shares[-1] < shares[0]
    assert all(float(row["val/shares"]) > 0 for row in curves("memory") if row["val/shares"])
    assert main(["data", "mix", "mixed", *mixtures]) == 0
    assert main(["train", *words, "data=mixed", "data.root=mixed", "hydra.run.dir=folder"]) == 0
    assert [float(row["train/shares"]) for row in curves("folder") if row["train/shares"]] == pytest.approx(shares)


def curves(folder: str) -> list[dict[str, str]]:
    with (Path(folder) / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "words", [["model=gated_crnn", "features=mfcc"], ["data=tables", "data.root=OWN", "data.labels=[a,b]"]]
)
def test_what_has_no_sources_is_refused(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.data.miniature_corpora import tables

    monkeypatch.chdir(tmp_path)
    tables(tmp_path / "OWN")
    assert main(["train", "logger=csv", "data.batch_size=2", "loss=shares", "hydra.run.dir=run", *words]) == 2
    assert "loss: has a term that needs the sources of mixtures" in capsys.readouterr().err
