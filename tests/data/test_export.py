"""Mixtures on disk are those in memory, and appear whole or not at all."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import torch

from tests.data.conftest import varied
from wsed.data import export
from wsed.data.audio.io import read_audio
from wsed.data.batch import Batch
from wsed.data.datamodules.exported_mixtures import ExportedMixtureDataModule
from wsed.data.datamodules.mixtures import MixtureDataModule
from wsed.data.datasets.exported_mixtures import ExportedMixtureDataset
from wsed.data.export import export_mixtures
from wsed.data.mixing.plan import MixturePlan
from wsed.data.samplers.epoch_sampler import EpochSampler
from wsed.data.samplers.shuffled import Shuffled
from wsed.errors import UserError

Mixtures = Callable[..., MixtureDataModule]

LABELS = ["bark", "bell"]
ABOUT = {"labels": LABELS, "sample_rate": 8000}


@pytest.fixture
def root(mixtures: Mixtures, tmp_path: Path) -> Path:
    """A folder of mixtures."""
    export_mixtures(mixtures(), tmp_path / "mixed", ABOUT)
    return tmp_path / "mixed"


def batches(data: MixtureDataModule | ExportedMixtureDataModule) -> list[Batch]:
    """Two epochs of training, and the other splits."""
    data.setup()
    loader = data.train_dataloader()
    assert isinstance(loader.sampler, EpochSampler)
    found = list(loader)
    loader.sampler.set_epoch(1)
    return [*found, *loader, *data.val_dataloader()[0], *data.test_dataloader()]


def test_training_from_a_folder_is_training_from_memory(mixtures: Mixtures, root: Path) -> None:
    memory = batches(mixtures(recipe=varied(fresh=False)))
    folder = batches(
        ExportedMixtureDataModule(
            str(root), LABELS, 8000, batch_size=4, sampler=Shuffled(), num_workers=0, shuffle_seed=1
        )
    )
    assert len(memory) == len(folder) == 4 + 4 + 1 + 2
    for one, other in zip(memory, folder, strict=True):
        assert torch.equal(one.waveform, other.waveform)
        assert torch.equal(one.weak, other.weak)
        assert torch.equal(one.background, other.background)
        assert (one.filenames, one.events, one.plans) == (other.filenames, other.events, other.plans)
    for one, other in zip(memory[-2:], folder[-2:], strict=True):
        for name in ("sources", "background_source"):
            assert torch.equal(getattr(one, name), getattr(other, name))
    assert memory[0].sources is folder[0].sources is None


def test_tables_say_what_the_plans_say(root: Path) -> None:
    assert json.loads((root / "mix.json").read_text()) == ABOUT
    for split, clips in (("train", 13), ("val", 3), ("test", 5)):
        lines = (root / split / "plan.jsonl").read_text().splitlines()
        plans = [MixturePlan.from_json(line) for line in lines]
        assert len(plans) == clips
        strong = pd.read_csv(root / split / "strong.tsv", sep="\t")
        weak = pd.read_csv(root / split / "weak.tsv", sep="\t", keep_default_na=False)
        expected = [
            (plan.filename, event.onset / 8000, (event.onset + event.samples) / 8000, event.label)
            for plan in plans
            for event in plan.events
        ]
        assert list(strong.itertuples(index=False, name=None)) == expected
        tags = [(plan.filename, ",".join(event.label for event in plan.events)) for plan in plans]
        assert list(weak.itertuples(index=False, name=None)) == tags


def test_written_sources_add_up_to_the_mixture(root: Path) -> None:
    for path in (root / "train" / "audio").iterdir():
        parts = list((root / "train" / "sources" / path.stem).iterdir())
        assert {part.stem for part in parts} <= {*LABELS, "background"}
        total = torch.stack([read_audio(part, 8000) for part in parts]).sum(0)
        torch.testing.assert_close(total, read_audio(path, 8000), atol=1e-6, rtol=0)


def test_a_folder_that_exists_is_left_alone(mixtures: Mixtures, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="exists; choose another folder or remove it"):
        export_mixtures(mixtures(), tmp_path, ABOUT)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_failure_leaves_nothing_behind(mixtures: Mixtures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def disk(path: Path, samples: torch.Tensor, sample_rate: int) -> None:
        if len(written) == 20:
            raise OSError("no space left")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        written.append(path)

    monkeypatch.setattr(export, "write_audio", disk)
    with pytest.raises(OSError, match="no space left"):
        export_mixtures(mixtures(), tmp_path / "mixed", ABOUT)
    assert len(written) == 20
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_no_set_of_mixtures(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"plan\.jsonl: does not exist; write the folder with `wsed data mix`"):
        ExportedMixtureDataset(tmp_path, LABELS, 8000, with_sources=False)


def test_plans_of_another_version_are_refused(root: Path) -> None:
    table = root / "test" / "plan.jsonl"
    table.write_text(table.read_text().replace("perturbation", "playback"))
    with pytest.raises(
        UserError, match=r"plan\.jsonl, row 1: background_perturbation: Field required; write the folder"
    ):
        ExportedMixtureDataset(root / "test", LABELS, 8000, with_sources=False)


def test_a_clip_that_is_gone_or_cut_is_named(root: Path) -> None:
    clips = ExportedMixtureDataset(root / "test", LABELS, 8000, with_sources=True)
    gone, cut = (root / "test" / "audio" / f"test-0-00000{index}.wav" for index in range(2))
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:5000])
    with pytest.raises(UserError, match=r"test-0-000000\.wav: does not exist"):
        clips[[(0, 0)]]
    with pytest.raises(UserError, match=r"test-0-000001\.wav: is truncated"):
        clips[[(0, 1)]]
    assert clips[[(0, 2)]].sources is not None
