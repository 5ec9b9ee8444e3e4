"""Configs of many runs, composed together."""

from unittest import mock

import pytest
from omegaconf import OmegaConf

from wsed.config import compose_each as module
from wsed.config.compose import compose_config, expand_grid, hydra_initialized
from wsed.config.compose_each import compose_each
from wsed.errors import UserError

GRIDS = {
    "values": (["seed=1,2,3", "optimizer.lr=0.1,0.01"], 1),
    "a group": (["pooling=gmp,gap", "seed=1,2"], 2),
    "lists": (["network.widths=[4],[8,8],[]"], 1),
    "a list and a number": (["network.widths=[4],4,8"], 2),
    "new keys": (["+optimizer.weight_decay=0,0.1", "++trainer.precision=32,16"], 1),
    "mappings": (["data.clips={train: 6},{val: 3},{train: 1}", "seed=1,2"], 3),
    "a key inside another": (["data.clips={train: 6, val: 0, test: 3}", "data.clips.train=1,2"], 2),
    "texts, nothing and references": (["name=a,null,'b,c','${seed}',true,1e3", "init=null,x"], 1),
    "a removed entry": (["~metrics.separation", "seed=1,2"], 1),
    "keys of Hydra": (["hydra.sweep.dir=a,b", "seed=1,2"], 2),
}


@pytest.mark.parametrize("case", GRIDS)
def test_they_are_those_composed_one_by_one(case: str) -> None:
    grid, composed = GRIDS[case]
    with hydra_initialized():
        runs = expand_grid(grid)
        each = [OmegaConf.to_container(compose_config(run)) for run in runs]
        with mock.patch.object(module, "compose_config", wraps=compose_config) as counted:
            together = [OmegaConf.to_container(config) for config in compose_each(runs)]
    assert together == each
    assert counted.call_count == composed


def test_runs_that_have_little_in_common() -> None:
    runs = [["seed=1"], ["seed=1", "pooling=gap"], ["name=a"], ["~metrics.separation"], ["seed=1"]]
    runs += [["seed=2", "seed=3"], ["seed=4", "seed=3"], ["+a=1"], ["++a=2"], ["name=b"]]
    with hydra_initialized():
        together = [OmegaConf.to_container(config) for config in compose_each(runs)]
        assert together == [OmegaConf.to_container(compose_config(run)) for run in runs]


def test_a_value_that_the_key_cannot_have_is_refused_in_any_run() -> None:
    with hydra_initialized(), pytest.raises(UserError, match="seeed: there is no such key"):
        list(compose_each([["seed=1"], ["seeed=1"]]))
