"""A last.ckpt that a run cannot resume from: one line that names it and the cure, and the run stays as it is."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.robustness.command import Wsed
from tests.small_run import SMALL

WORDS = ["train", *SMALL, "evaluation.draws=0", "hydra.run.dir=run"]


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The folder of a run that was killed; filled by the first test."""
    return [tmp_path_factory.mktemp("interrupted") / "run"]


@pytest.fixture
def run(wsed: Wsed, interrupted: list[Path]) -> Path:
    """A copy of it, in the folder of the command."""
    (source,) = interrupted
    folder = wsed.folder / "run"
    if not source.exists():
        wsed.accepts(*WORDS)
        # Its checkpoint is one of the first epoch, so that an epoch is left to train.
        wsed.accepts(*WORDS, "hydra.run.dir=short", "trainer.max_epochs=1")
        shutil.move(wsed.folder / "short" / "checkpoints" / "last.ckpt", folder / "checkpoints" / "last.ckpt")
        shutil.rmtree(wsed.folder / "short")
        status = json.loads((folder / "status.json").read_text())
        (folder / "status.json").write_text(json.dumps({**status, "status": "running"}))
        shutil.move(folder, source)
    shutil.copytree(source, folder)
    return folder / "checkpoints" / "last.ckpt"


class Evil:
    """Creates a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.canary,))


def first_weights(content: dict[str, Any]) -> torch.Tensor:
    found: torch.Tensor = next(each for each in content["state_dict"].values() if each.dim() > 1)
    return found


def without(*keys: str) -> Callable[[dict[str, Any]], object]:
    def change(content: dict[str, Any]) -> None:
        node = content
        for key in keys[:-1]:
            node = node[key]
        del node[keys[-1]]

    return change


def with_value(value: Any, *keys: str) -> Callable[[dict[str, Any]], object]:
    def change(content: dict[str, Any]) -> None:
        node = content
        for key in keys[:-1]:
            node = node[key]
        node[keys[-1]] = value

    return change


def first_key(content: dict[str, Any]) -> str:
    return str(next(iter(content["state_dict"])))


def other_optimizer(content: dict[str, Any]) -> None:
    for state in content["optimizer_states"][0]["state"].values():
        for name in ("exp_avg", "exp_avg_sq"):
            state[name] = torch.zeros(3, 5, 7)


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a value is NaN": (lambda content: first_weights(content).fill_(math.nan), "not finite"),
    "a value is infinite": (lambda content: first_weights(content).fill_(math.inf), "not finite"),
    "a weight is missing": (lambda content: content["state_dict"].popitem(), "has no weights"),
    "a weight too many": (with_value(torch.zeros(2), "state_dict", "extra"), "has other weights, extra"),
    "another shape": (
        lambda content: content["state_dict"].update({first_key(content): torch.zeros(3, 2, 1, 1, 1)}),
        "instead of float32",
    ),
    "a weight that is text": (
        lambda content: content["state_dict"].update({first_key(content): "text"}),
        "is no tensor",
    ),
    "no weights": (without("state_dict"), "has no state_dict"),
    "no optimizer": (without("optimizer_states"), "has no optimizer_states"),
    "an optimizer without a state": (with_value([{}], "optimizer_states"), ""),
    "no optimizer in the list": (with_value([], "optimizer_states"), "has no optimizer_states"),
    "the optimizer of another system": (other_optimizer, "RuntimeError"),
    "no loops": (without("loops"), "has no loops"),
    "loops without content": (with_value({}, "loops"), ""),
    "loops of a wrong type": (with_value({"fit_loop": 3}, "loops"), ""),
    "an epoch that is text": (with_value("three", "epoch"), "has no epoch"),
    "no random numbers": (without("callbacks", "RngState"), "no state of RngState"),
    "random numbers of a wrong type": (with_value("text", "callbacks", "RngState", "torch"), "TypeError"),
    "no curves": (without("callbacks", "CurvesState"), "no state of CurvesState"),
    "curves of a wrong type": (with_value([1], "callbacks", "CurvesState", "rows"), "rows of metrics.csv"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_checkpoint_with_other_content(wsed: Wsed, run: Path, case: str) -> None:
    change, said = CHANGES[case]
    content = torch.load(run, weights_only=True)
    change(content)
    torch.save(content, run)
    # What only the first step shows is found after the run was marked as running.
    wsed.refuses(*WORDS, says=["run/checkpoints/last.ckpt: cannot be resumed", said, "resume=never"], leaves=CHANGED)


CHANGED = ["work/run/status.json", "work/run/config.yaml", "work/run/results.json", "work/run/metrics.csv"]

BYTES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "without its end": lambda content: content[:-30],
    "text": lambda content: b"not a checkpoint",
    "zeros": lambda content: bytes(len(content)),
    "damaged in the middle": lambda content: content[:2000] + bytes(200) + content[2200:],
}


@pytest.mark.parametrize("case", BYTES)
def test_a_damaged_checkpoint(wsed: Wsed, run: Path, case: str) -> None:
    run.write_bytes(BYTES[case](run.read_bytes()))
    wsed.refuses(*WORDS, says=["run/checkpoints/last.ckpt: cannot be resumed from", "resume=never"])


def test_a_checkpoint_that_would_execute_something(wsed: Wsed, run: Path) -> None:
    canary = wsed.folder / "canary"
    for content in (Evil(canary), {**torch.load(run, weights_only=True), "hyper_parameters": Evil(canary)}):
        torch.save(content, run)
        wsed.refuses(*WORDS, says=["run/checkpoints/last.ckpt: cannot be resumed from", "resume=never"])
        assert not canary.exists()


def test_the_cure_cures(wsed: Wsed, run: Path) -> None:
    run.write_bytes(b"")
    wsed.accepts(*WORDS, "resume=never")
    assert json.loads((run.parents[1] / "status.json").read_text())["status"] == "done"
