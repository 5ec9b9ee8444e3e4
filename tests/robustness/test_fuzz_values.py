"""Hostile values at every key of the config: refused in one line, or everything that needs no data can be built."""

import copy
import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import strategies as st
from omegaconf import OmegaConf

from tests.robustness.command import LONGEST_LINE
from tests.robustness.conftest import Search
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.resolvers import register
from wsed.config.validate import nodes, validate, without_hydra
from wsed.errors import UserError
from wsed.evaluation.evaluator import build_evaluator
from wsed.training.build import build_system
from wsed.training.run import build_callbacks
from wsed.training.testing import build_postprocessing
from wsed.training.trainer import check_trainer

PRESETS = {
    "demo": ["network.widths=[4]"],
    "mtl": ["network.widths=[4,4]", "network.dilations=[1,2]"],
    "gated_crnn": [],
    "strong_weak": ["network.widths=[4]", "network.pools=[4]", "network.units=4", "network.dense=4"],
    "talnet": ["network.widths=[4]", "network.pools=[[1,2]]", "network.units=4", "postprocessing=tuned"],
}
"""Experiments with overrides that keep them small."""

FEW = 60
"""Number of inputs for each preset."""

VALUES = [
    *(0, 1, 2, -1, 10**12, 10**400, -(10**400), 2**31, 2**63),
    *(0.0, -0.0, 0.5, 1.0, -1.0, 1e-300, 5e-324, 1e-7, 1e30, 1e308, -1e308, math.nan, math.inf, -math.inf),
    *("", " ", "x", "\n", "\0", "\ud800", "../..", "x" * 10**5, "nan", "1", "???", "${seed}", "${nothing}"),
    *(None, True, False),
    *([], [[]], [None], [0], [1], [1, 2], [2, 1], [-1], [math.nan], [math.inf, 1.0], [1.0, 1e308], [1] * 2000, ["x"]),
    *([[1, 2]], [[2, 1]], [[0.0, math.nan]], [{"a": 1}]),
    *({}, {"a": 1}, {"train": 1}, {"": None}, {"train": [1], "val": [], "test": [2]}),
    {"_target_": "subprocess.Popen", "args": "true"},
    {"_target_": "subprocess.Popen", "args": "true", "_partial_": True},
    {"_target_": "no.such.Class"},
    {"_target_": 5},
    {"_target_": "builtins.list"},
    {"_target_": "torch.nn.Linear", "in_features": 1, "out_features": 1},
]

hostile = st.sampled_from(VALUES) | st.integers() | st.floats() | st.text(max_size=20)


@cache
def composed(preset: str) -> Any:
    """The config of an experiment as plain Python, with its references."""
    with hydra_initialized():
        words = ["logger=csv", "+callbacks=early_stopping", f"experiment={preset}", *PRESETS[preset]]
        return OmegaConf.to_container(without_hydra(compose_config(words)), resolve=False)


@cache
def keys_of(preset: str) -> list[str]:
    return [key for key, _ in nodes(composed(preset))]


def changed(preset: str, values: Mapping[str, Any]) -> Any:
    """The config with other values; a key below one that has become a value is left out."""
    config = copy.deepcopy(composed(preset))
    for key, value in values.items():
        *path, name = key.split(".")
        node = config
        for each in path:
            node = node.get(each) if isinstance(node, Mapping) else None
        if isinstance(node, dict):
            node[name] = copy.deepcopy(value)
    return OmegaConf.create(config)


def refusal(build: Callable[[], None]) -> str | None:
    """The message of a refusal; None if nothing is refused. Any other exception fails the test."""
    try:
        build()
    except UserError as error:
        return str(error)
    return None


def build_all(preset: str, values: Mapping[str, Any]) -> None:
    """Does with a config whatever comes before the data are read."""
    register()
    config = validate(changed(preset, values))
    build_evaluator(config)
    build_postprocessing(config)
    check_trainer(config, instantiate(config["runtime"]), build_callbacks(config))
    instantiate(config["data"]["module"])
    system = build_system(config)
    system.make_optimizer(params=system.parameters())


@pytest.fixture(autouse=True)
def _nothing_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a value was executed")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_preset_itself_is_accepted(preset: str) -> None:
    assert refusal(lambda: build_all(preset, {})) is None


@pytest.mark.parametrize("preset", PRESETS)
def test_a_hostile_value_is_refused_in_one_line_or_can_be_built(preset: str, search: Search) -> None:
    def attempt(values: Mapping[str, Any]) -> None:
        message = refusal(lambda: build_all(preset, values))
        assert message is None or (len(message) <= LONGEST_LINE and len(message.splitlines()) == 1), message

    keys = st.sampled_from(keys_of(preset))
    search(st.dictionaries(keys, hostile, min_size=1, max_size=2), attempt, FEW)
