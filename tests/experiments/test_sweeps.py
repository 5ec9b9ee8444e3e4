"""The ready sweeps: what they compare, under Hydra and under W&B."""

import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.small_run import SMALL
from wsed.__main__ import main
from wsed.config.compose import compose_config, expand_grid, hydra_initialized
from wsed.config.groups import groups
from wsed.runs.planned_run import PlannedRun
from wsed.sweeps.plan import plan_run, plan_sweep_run, sweep_words
from wsed.sweeps.wandb import wandb_sweep

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
HOMES = {
    "jsc_pooling": "jsc",
    "mtl_losses": "mtl",
    "strong_weak_weights": "strong_weak",
    "gated_crnn_parts": "gated_crnn",
    "grid": "grid",
}
"""Whose page has a sweep."""


@cache
def plans(name: str) -> list[PlannedRun]:
    """The runs of a sweep."""
    with hydra_initialized():
        words = sweep_words([f"sweep={name}"], compose_config([f"sweep={name}"]))
        return [plan_sweep_run(run, ()) for run in expand_grid(words)]


def configs(name: str) -> list[Any]:
    """The validated configs of the runs of a sweep."""
    return [plan.config for plan in plans(name)]


def test_every_sweep_has_a_home() -> None:
    assert set(groups()["sweep"]) == set(HOMES)
    for name, home in HOMES.items():
        assert f"wsed train -m sweep={name}" in (EXPERIMENTS / home / "README.md").read_text()


def test_sweeps_ask_what_the_papers_ask() -> None:
    poolings = {(cell["pooling"]["_target_"].split(".")[2], cell["seed"]) for cell in configs("jsc_pooling")}
    assert poolings == set(itertools.product(("gmp", "gap", "gwrp"), (1, 2, 3)))
    terms = [(cell["loss"]["terms"]["segment"], cell["loss"]["weights"]["silent"]) for cell in configs("mtl_losses")]
    kinds = {(term["select"], term["k"] if term["select"] == "top" else None, silent) for term, silent in terms}
    assert kinds == set(itertools.product(("label",), (None,), (0, 0.2))) | set(
        itertools.product(("top",), (2, 3, 5), (0, 0.2))
    )
    weights = {tuple(cell["loss"]["weights"].values()) for cell in configs("strong_weak_weights")}
    assert weights == {(0.002, 1), (0.02, 1), (0.2, 1), (1, 1), (1, 0.2), (1, 0.02), (1, 0.002)}
    parts = {
        (cell["network"]["activation"], cell["data"]["module"]["sampler"]["_target_"].split(".")[3])
        for cell in configs("gated_crnn_parts")
    }
    assert parts == set(itertools.product(("gate", "relu"), ("balanced", "shuffled")))


@pytest.mark.parametrize(("name", "home"), HOMES.items())
def test_the_agents_of_wandb_train_the_same_runs(name: str, home: str) -> None:
    # Imported here, since it loads much.
    from wandb.sdk.launch.sweeps.utils import create_sweep_command, create_sweep_command_args

    text = (EXPERIMENTS / home / "wandb_sweep.yaml").read_text()
    assert text == wandb_sweep(name, [])
    sweep = yaml.safe_load(text)
    names, lists = zip(*((key, values["values"]) for key, values in sweep["parameters"].items()), strict=True)
    found = []
    for values in itertools.product(*lists):
        # As an agent does.
        drawn = {key: {"value": value} for key, value in zip(names, values, strict=True)}
        macros = create_sweep_command_args({"args": drawn})
        words = [
            word
            for part in create_sweep_command(list(sweep["command"]))
            for word in (macros[part[2:-1]] if part.startswith("${") else [part])
        ]
        assert words[:2] == ["wsed", "train"]
        with hydra_initialized():
            found.append(plan_run(words[2:]).identity)
    assert sorted(found) == sorted(plan.identity for plan in plans(name))


def test_one_command_is_a_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = [*SMALL, "trainer.max_epochs=1", "evaluation.draws=0", "seed=7"]
    # Values of the command line take the place of those of the sweep.
    assert main(["train", "-m", "sweep=jsc_pooling", *words]) == 0
    runs = [json.loads(path.read_text()) for path in Path("outputs/jsc_pooling").glob("*/results.json")]
    assert sorted((run["choices"]["pooling"], run["seed"]) for run in runs) == [("gap", 7), ("gmp", 7), ("gwrp", 7)]


def test_a_sweep_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "wandb", "jsc_poling"]) == 2
    assert "sweep=jsc_poling: is not a choice of sweep" in capsys.readouterr().err
