"""Composes the configs of many runs; where only values differ from one run to the next, just these are set anew."""

from collections.abc import Iterator, Sequence
from typing import Any

from hydra._internal.config_loader_impl import get_overrides_dirname
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from wsed.config.compose import compose_config, parse_overrides

SCALARS = (bool, int, float, str, type(None))


def compose_each(runs: Sequence[Sequence[str]]) -> Iterator[DictConfig]:
    """Yields what `compose_config` returns for each run, in a fraction of the time.

    A config that was yielded may change when the next one is taken.

    Args:
        runs: the overrides of each run.

    Raises:
        UserError: see `compose_config`.
    """
    config, before = OmegaConf.create(), list[Override]()
    for words in runs:
        overrides = parse_overrides(list(words))
        if before and _only_values_differ(config, before, overrides):
            _set_values(config, before, overrides)
        else:
            config = compose_config(list(words))
        before = overrides
        yield config


def _only_values_differ(config: DictConfig, before: Sequence[Override], overrides: Sequence[Override]) -> bool:
    """Whether a config becomes another one by setting values, which other overrides do not touch."""
    if [_place(each) for each in before] != [_place(each) for each in overrides]:
        return False
    keys = [_key(each) for each in overrides]
    return all(
        old.input_line == new.input_line
        or (
            not new.is_delete()
            and not key.startswith("hydra")
            and key not in config.hydra.runtime.choices
            and sum(_overlap(key, other) for other in keys) == 1
            and _is_plain(old.value())
            and _is_plain(new.value())
            and isinstance(old.value(), list) == isinstance(new.value(), list)
        )
        for key, old, new in zip(keys, before, overrides, strict=True)
    )


def _set_values(config: DictConfig, before: Sequence[Override], overrides: Sequence[Override]) -> None:
    for old, new in zip(before, overrides, strict=True):
        if old.input_line != new.input_line:
            OmegaConf.update(config, _key(new), new.value(), merge=True)
    hydra = config.hydra
    own = [override for override in overrides if not override.is_hydra_override()]
    hydra.overrides.task = [override.input_line for override in own]
    naming = hydra.job.config.override_dirname
    hydra.job.override_dirname = get_overrides_dirname(own, naming.exclude_keys, naming.item_sep, naming.kv_sep)


def _place(override: Override) -> tuple[Any, ...]:
    return override.type, override.key_or_group, override.package


def _key(override: Override) -> str:
    return str(override.key_or_group)


def _overlap(key: str, other: str) -> bool:
    """Whether one of two keys is the other, or lies inside it."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def _is_plain(value: Any) -> bool:
    """Whether a value replaces another one as a whole, unlike a mapping, which is merged."""
    return isinstance(value, SCALARS) or (isinstance(value, list) and all(isinstance(each, SCALARS) for each in value))
