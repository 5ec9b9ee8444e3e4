"""Kept compositions are those of Hydra, however often and in whatever order they are asked for."""

import itertools
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hydra import compose, initialize_config_dir
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.core_plugins.importlib_resources_config_source import ImportlibResourcesConfigSource
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.plugins import Plugins
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import DictConfig, OmegaConf

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.composition import PRIMARY
from wsed.config.groups import conf_folder
from wsed.errors import UserError

CHOICES = ["model=mtl", "model=gated_crnn", "pooling=fap", "experiment=demo", "data=esc10", "+metrics=separation"]
CHOICES += ["metrics=[clip_based,psds_scenario1]", "sweep=jsc_pooling", "features=mfcc", "launcher=joblib", "~logger"]
VALUES = ["seed=3", "name=x", "data.clips={train: 1}", "optimizer.lr=0.1", "+optimizer.weight_decay=1"]
VALUES += ["++a.b=[1,{c: 2}]", "data.folds.val=[1]", "seed=4", "model=x", "~callbacks.nan_guard"]
VALUES += ["hydra.run.dir=here", "hydra.sweep.dir=there"]
VALUES += ["data.clips.train=2", "network.widths=[4]", "network.widths=4", "name=null", "name='b,c'", "name=${seed}"]


def plain(config: DictConfig) -> Any:
    return OmegaConf.to_container(config, resolve=False)


def composed_by_hydra(words: list[str]) -> Any:
    """What Hydra composes, from files that it reads itself."""
    # Registers the sources that Hydra has.
    Plugins.instance()
    with (
        patch.dict(SourcesRegistry.instance().types, file=FileConfigSource, pkg=ImportlibResourcesConfigSource),
        initialize_config_dir(str(conf_folder()), job_name=PRIMARY, version_base="1.3"),
    ):
        return plain(compose(PRIMARY, words, return_hydra_config=True))


@settings(max_examples=40, deadline=None)
@given(words=st.lists(st.sampled_from([*CHOICES, *VALUES]), max_size=5))
def test_a_config_is_that_of_hydra(words: list[str]) -> None:
    try:
        expected = composed_by_hydra(words)
        # Hydra drops the first of these without a word.
        assert not ("+metrics=separation" in words and any(word.startswith("metrics=") for word in words))
    except Exception:
        with hydra_initialized(), pytest.raises(UserError):
            compose_config(words)
        return
    with hydra_initialized():
        for _ in range(2):
            found = compose_config(words)
            assert plain(found) == expected
            assert OmegaConf.is_struct(found)
            # What happens to one config must not show in the next.
            found.seed = 99
            found.hydra.job.name = "changed"


@pytest.mark.parametrize("words", [*itertools.permutations(["metrics=[clip_based]", "+metrics=separation"])])
def test_a_choice_that_would_be_dropped_is_refused(words: tuple[str, ...]) -> None:
    said = r"^\+metrics=separation: has no effect beside metrics=\[clip_based\]; add it to that list$"
    with hydra_initialized(), pytest.raises(UserError, match=said):
        compose_config([*words])


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "pooling" / "mine.yaml"
    path.parent.mkdir()
    words = ["pooling=mine", f"hydra.searchpath=[file://{tmp_path}]"]
    with hydra_initialized():
        for content in ("share: 1", "share: 23"):
            path.write_text(f"# Mine.\n_target_: mine.Mine\n{content}\n")
            assert f"share: {compose_config(words).pooling.share}" == content
        path.unlink()
        with pytest.raises(UserError, match="pooling=mine: is not a choice"):
            compose_config(words)
