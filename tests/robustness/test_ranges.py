"""Every argument that a config can set has a range, so that a new class cannot forget one."""

import importlib
import inspect
import pkgutil
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Union, get_args, get_origin

import pytest
import yaml
from annotated_types import Interval, Len

import wsed
from wsed.checks.ranges import Keys, Pair, Share
from wsed.config.arguments import argument_types
from wsed.config.groups import conf_folder
from wsed.config.instantiate import TARGET, locate
from wsed.config.program import GIVEN, OPTIONAL_SECTIONS, SECTIONS, SECTIONS_OF_MANY, ProgramConfig
from wsed.config.types import admits, alternatives, metadata, plain

INNER_BASES = (
    "wsed.losses.base.LossTerm",
    "wsed.data.audio.cache.AudioCache",
    "wsed.data.soundbanks.base.SoundbankLoader",
    "wsed.data.corpora.base.Corpus",
    "wsed.data.samplers.base.ClipSampler",
)
"""Bases of the classes that other classes of a config take."""

NOT_FROM_A_CONFIG = {
    "wsed.data.check.SplitSummary",
    "wsed.data.datasets.mixtures.MixtureDataset",
    "wsed.training.callbacks.progress_bar.ProgressBar",
    "wsed.sweeps.pruning.Pruning",
    "wsed.training.callbacks.collect_predictions.CollectPredictions",
    "wsed.training.callbacks.rng_state.RngState",
    "wsed.training.loggers.metrics_csv.CurvesState",
}
"""Classes that the program creates, with arguments that no config can describe."""

WITHOUT_RANGE = {"summarize_kwargs", "kwargs"}


def named_in(node: Any) -> Iterator[str]:
    """The class paths in a part of a YAML file."""
    if isinstance(node, Mapping):
        if TARGET in node:
            yield node[TARGET]
        for value in node.values():
            yield from named_in(value)


def described_classes() -> dict[str, type]:
    """By path, the classes that conf/ names, and all that could stand in their places: wsed's, torch's, Lightning's."""
    files = conf_folder().rglob("*.yaml")
    found = {path: locate(path) for file in files for path in named_in(yaml.safe_load(file.read_text()))}
    paths = (*SECTIONS.values(), *SECTIONS_OF_MANY.values(), *OPTIONAL_SECTIONS.values(), *INNER_BASES)
    bases = tuple(locate(path) for path in paths)
    modules = [module.name for module in pkgutil.walk_packages(wsed.__path__, "wsed.") if "__main__" not in module.name]
    for name in [*modules, "torch.optim", "pytorch_lightning.callbacks"]:
        for attribute, cls in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            own = cls.__module__ == name or not name.startswith("wsed.")
            public = not attribute.startswith("_") and not is_abstract(cls)
            if own and public and cls not in bases and admits(Union[bases], cls, False):  # noqa: UP007  # of a tuple
                found[f"{name}.{attribute}"] = cls
    return {path: cls for path, cls in found.items() if path not in NOT_FROM_A_CONFIG}


def is_abstract(cls: type) -> bool:
    methods = (inspect.getattr_static(cls, name, None) for name in dir(cls))
    return any(getattr(method, "__isabstractmethod__", False) for method in methods)


def unbounded(hint: Any) -> Iterator[str]:
    """The numbers, texts and lists inside a type that may have any size."""
    for each in alternatives(hint):
        inner, bounds = plain(each), metadata(each)
        if inner in (int, float) and not any(isinstance(bound, Interval) for bound in bounds):
            yield f"{inner.__name__} without Interval"
        elif inner is str and not any(isinstance(bound, Len) for bound in bounds):
            yield "str without Len"
        elif isinstance(get_origin(inner), type) and issubclass(get_origin(inner), Collection):
            if not any(isinstance(bound, (Len, Keys)) for bound in bounds):
                yield f"{inner} without Len or Keys"
            names_keys = any(isinstance(bound, Keys) for bound in bounds)
            for argument in get_args(inner)[names_keys:]:
                yield from unbounded(argument)


def of_every_class() -> Iterator[tuple[str, str, Any]]:
    given = {name for arguments in GIVEN.values() for name in arguments}
    for path, cls in described_classes().items():
        parameters = inspect.signature(cls).parameters
        types = argument_types(cls)
        for name in parameters:
            if name not in given | WITHOUT_RANGE:
                yield path, name, types.get(name, None)


def test_many_classes_are_checked() -> None:
    found = described_classes()
    assert len(found) > 110
    for path in (
        "wsed.networks.ddc.Ddc",
        "wsed.losses.segment.SegmentLoss",
        "wsed.data.soundbanks.folder.Folder",
        "wsed.data.corpora.tables.Tables",
        "wsed.data.mixing.single_event.SingleEvent",
        "wsed.data.samplers.balanced.Balanced",
        "wsed.sweeps.launchers.slurm.Slurm",
        "wsed.training.runtime.Runtime",
        "torch.optim.Rprop",
        "torch.optim.Adafactor",
        "pytorch_lightning.callbacks.StochasticWeightAveraging",
        "pytorch_lightning.Trainer",
    ):
        assert path in found


def test_every_argument_has_a_range() -> None:
    missing = [f"{path}: {name}: {text}" for path, name, hint in of_every_class() for text in unbounded(hint)]
    assert not missing, "\n".join(missing)


def test_every_argument_has_a_type() -> None:
    assert not [f"{path}: {name}" for path, name, hint in of_every_class() if hint is None]


def test_every_key_of_the_program_has_a_range() -> None:
    types = argument_types(ProgramConfig)
    assert not [(name, text) for name, hint in types.items() for text in unbounded(hint)]


@pytest.mark.parametrize(
    "hint", [int, float | None, str, list[int], dict[str, int], tuple[float, ...], Pair[int], Pair[Share | int]]
)
def test_a_type_without_a_range_is_found(hint: Any) -> None:
    assert list(unbounded(hint))
