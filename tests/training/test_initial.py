from pathlib import Path

import pytest
import torch

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.errors import UserError
from wsed.systems.base import System
from wsed.training.build import build_system
from wsed.training.initial import start_from

SMALL = ["network.widths=[4,4]"]


def build(seed: int, *words: str) -> System:
    torch.manual_seed(seed)
    with hydra_initialized():
        return build_system(validate(compose_config([*SMALL, *words])))


@pytest.fixture
def trained(tmp_path: Path) -> tuple[Path, System]:
    system = build(0)
    system.features.mean.fill_(3)
    path = tmp_path / "last.ckpt"
    checkpoint = {"state_dict": system.state_dict()}
    system.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, path)
    return path, system


def test_all_weights_are_copied_where_the_classes_are_the_same(trained: tuple[Path, System]) -> None:
    path, old = trained
    new = build(1)
    assert "all weights start from it" in start_from(new, str(path))
    for name, value in old.state_dict().items():
        assert torch.equal(new.state_dict()[name], value), name


def test_a_schedule_starts_anew(trained: tuple[Path, System], tmp_path: Path) -> None:
    old = build(0, "schedule=plateau")
    old.schedule.observe(0.1)
    checkpoint = {"state_dict": old.state_dict()}
    old.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, tmp_path / "plateau.ckpt")
    new = build(1, "schedule=plateau")
    start_from(new, str(tmp_path / "plateau.ckpt"))
    assert new.state_dict()["schedule.lowest"] == torch.inf
    start_from(new, str(trained[0]))
    start_from(build(1), str(tmp_path / "plateau.ckpt"))


@pytest.mark.parametrize("labels", ["[gunshot,baby_cry,glass_break]", "[gunshot]"])
def test_the_head_stays_new_where_the_classes_are_others(trained: tuple[Path, System], labels: str) -> None:
    path, old = trained
    new, untouched = build(1, f"data.labels={labels}"), build(1, f"data.labels={labels}")
    assert "the head is new, because the classes are others" in start_from(new, str(path))
    for name, value in new.state_dict().items():
        shared = name.startswith(("features.", "network."))
        assert torch.equal(value, (old if shared else untouched).state_dict()[name]), name


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("features.bands=32", "features.bands=64, and this run has 32"),
        ("features.hop=400", "features.hop="),
        ("network.widths=[4,8]", "choose the same model, network and pooling"),
        ("model.background=own", "choose the same model, network and pooling"),
    ],
)
def test_another_system_is_refused(trained: tuple[Path, System], word: str, said: str) -> None:
    new = build(1, word)
    before = {name: value.clone() for name, value in new.state_dict().items()}
    with pytest.raises(UserError, match=said) as caught:
        start_from(new, str(trained[0]))
    assert str(caught.value).startswith("init=")
    assert all(torch.equal(value, before[name]) for name, value in new.state_dict().items())


def test_a_file_that_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "a.ckpt").write_text("no")
    with pytest.raises(UserError, match="is not a checkpoint"):
        start_from(build(0), str(tmp_path / "a.ckpt"))
