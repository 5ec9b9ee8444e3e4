from pathlib import Path
from typing import Any

import pytest
import torch

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.errors import UserError
from wsed.inference.load import load
from wsed.postprocessing.thresholds import Thresholds
from wsed.systems.card import ModelCard
from wsed.training.build import build_system

PLAIN = Thresholds(0.5, 1.0, 0.0, 0.0, 0.0, 0.5)


def checkpoint(folder: Path, card: Any) -> Path:
    with hydra_initialized():
        system = build_system(validate(compose_config(["network.widths=[4]"])))
    content: dict[str, Any] = {"state_dict": system.state_dict()}
    system.on_save_checkpoint(content)
    torch.save({**content, "card": card}, folder / "last.ckpt")
    return folder / "last.ckpt"


def test_a_card_comes_back_from_a_checkpoint(tmp_path: Path) -> None:
    card = ModelCard(4.0, "sounds", "free", PLAIN.description())
    model = load(checkpoint(tmp_path, card.plain()), "cpu")
    assert model.system.card == card
    assert model.postprocessing == PLAIN
    assert model.clip_seconds == 4.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"postprocessing": {"_target_": "subprocess.Popen", "args": ["touch", "PLANTED"]}}, "subprocess.Popen"),
        ({"postprocessing": {"_target_": "wsed.systems.base.System"}}, "System"),
        ({"postprocessing": {**PLAIN.description(), "threshold": 7}}, "threshold"),
        ({"postprocessing": {**PLAIN.description(), "threshold": {"dog": 0.5}}}, "threshold"),
        ({"postprocessing": {**PLAIN.description(), "more": 7}}, "more"),
        ({"postprocessing": {}}, "postprocessing"),
        ({"postprocessing": "plain"}, "postprocessing"),
        ({"postprocessing": None}, "was not tested"),
        ({"clip_seconds": 1e9}, "clip_seconds"),
        ({"clip_seconds": float("nan")}, "clip_seconds"),
        ({"clip_seconds": "4"}, "clip_seconds"),
        ({"corpus": None}, "corpus"),
        ({"licence": "x" * 10**6}, "licence"),
        ({"more": 1}, "has no card"),
    ],
)
def test_a_card_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    card = {**ModelCard(4.0, "sounds", "free", PLAIN.description()).plain(), **change}
    with pytest.raises(UserError) as caught:
        load(checkpoint(tmp_path, card), "cpu")
    assert said in str(caught.value)
    assert not Path("PLANTED").exists()


@pytest.mark.parametrize("card", [None, [], "card", {}])
def test_no_card(tmp_path: Path, card: Any) -> None:
    with pytest.raises(UserError, match="has no card of a model"):
        load(checkpoint(tmp_path, card), "cpu")
