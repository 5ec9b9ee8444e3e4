"""The config for scoring a trained system: the config of its run, changed by overrides."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.groups import SEARCH_PATH, groups
from wsed.config.trust import with_own_cache
from wsed.config.validate import keys, validate
from wsed.errors import UserError, did_you_mean

OF_THE_TEST = ("data", "mixing", "metrics", "evaluation", "postprocessing")
"""The sections of a run that describe its test."""

SECTIONS = (*OF_THE_TEST, "runtime")
"""The sections that overrides may change; the others belong to the training."""


def scoring_config(
    words: Sequence[str],
    own: Mapping[str, Any] | None = None,
    choices: Mapping[str, Any] | None = None,
    sections: Collection[str] = SECTIONS,
) -> dict[str, Any]:
    """The config of a run, or the default one, changed by overrides.

    A choice of a group replaces the section, `+metrics=CHOICE` adds a metric, and a key with dots changes a value. The
    section `runtime` never comes from the run.

    Args:
        words: Hydra overrides.
        own: the sections of the run that describe its test, resolved; None where there is no run.
        choices: the run's choice of each group. The choice of `data` tells which values of the run were references.
        sections: the sections that the caller uses.

    Raises:
        UserError: an override matches no key, or a value is not valid.
    """
    overrides = _parse(words)
    touched = {_section(override) for override in overrides}
    relinked = own is not None and touched & {"data", "mixing"} and not _chosen(overrides, "data")
    if relinked:
        choice = (choices or {}).get("data")
        if choice is None:
            raise UserError("data: the run does not say yet which choice it is; add data=CHOICE with all of its keys")
        overrides = [*_parse([f"data={choice}"]), *overrides]
    with hydra_initialized():
        config = compose_config(_group_words(overrides, own))
        if own is not None:
            _restore(config, own, overrides)
            if relinked:
                _overlay(config.data, own["data"])
        _apply([override for override in overrides if not _is_of_group(override)], config)
        validated = validate(config, (set(sections) & touched) | {"runtime"} if own is not None else sections)
    if own is None:
        return validated
    changed = touched | {"runtime"} | ({"data"} if "mixing" in touched else set())
    scored = {**own, **{section: validated[section] for section in SECTIONS if section in changed}}
    if "data" in scored:
        scored["data"] = with_own_cache(scored["data"], scored["runtime"]["cache"])
    return scored


def _parse(words: Sequence[str]) -> list[Override]:
    """Parses overrides, and refuses those of other sections and those with several values."""
    try:
        overrides = OverridesParser.create().parse_overrides(list(words))
    except HydraException as error:
        raise UserError(f"{' '.join(words)}: cannot be read as KEY=VALUE ({str(error).splitlines()[0]})") from error
    for override in overrides:
        section = _section(override)
        if section not in SECTIONS and override.key_or_group != SEARCH_PATH:
            hint = did_you_mean(section, SECTIONS)
            raise UserError(f"{override.key_or_group}: cannot be changed here; only {', '.join(SECTIONS)} can.{hint}")
        if override.is_sweep_override():
            raise UserError(f"{override.input_line}: holds several values; give one, or brackets for a list")
    return overrides


def _section(override: Override) -> str:
    return override.key_or_group.split(".")[0]


def _is_of_group(override: Override) -> bool:
    return override.key_or_group in groups() or override.key_or_group == SEARCH_PATH


def _chosen(overrides: Sequence[Override], group: str) -> bool:
    """Whether a choice replaces a section."""
    return any(override.key_or_group == group and not override.is_add() for override in overrides)


def _group_words(overrides: Sequence[Override], own: Mapping[str, Any] | None) -> list[str]:
    """The overrides that select a choice. Metrics added to those of a run are selected separately and merged later."""
    words = [str(override.input_line) for override in overrides if _is_of_group(override)]
    added = [override for override in overrides if override.key_or_group == "metrics" and override.is_add()]
    if own is None or not added or _chosen(overrides, "metrics"):
        return words
    values = [override.value() for override in added]
    names = [str(name) for value in values for name in (value if isinstance(value, list) else [value])]
    others = [word for word in words if word not in [override.input_line for override in added]]
    return [*others, f"metrics=[{','.join(names)}]"]


def _restore(config: DictConfig, own: Mapping[str, Any], overrides: Sequence[Override]) -> None:
    """Sets the run's values in the sections that overrides change but no choice replaces."""
    touched = {_section(override) for override in overrides}
    # Mixtures depend on both data and mixing, and a post-processing may take its tolerances from the metrics.
    changed = touched | {"metrics"} | ({"mixing"} if "data" in touched else set())
    for section in (changed - {"data"}) & set(OF_THE_TEST):
        if not _chosen(overrides, section):
            values = OmegaConf.create(own[section])
            added = any(override.key_or_group == section and override.is_add() for override in overrides)
            with open_dict(config):
                config[section] = OmegaConf.merge(values, config[section]) if added else values


def _overlay(node: DictConfig, values: Mapping[str, Any]) -> None:
    """Sets every value that is not a reference to another key, so that references still follow the overrides."""
    with open_dict(node):
        for key in [key for key in node if key not in values]:
            del node[key]
    for key, value in values.items():
        if OmegaConf.is_interpolation(node, key):
            continue
        inner = None if OmegaConf.is_missing(node, key) else node.get(key)
        if isinstance(value, Mapping) and isinstance(inner, DictConfig):
            _overlay(inner, value)
        else:
            with open_dict(node):
                node[key] = value


def _apply(overrides: Sequence[Override], config: DictConfig) -> None:
    """Applies overrides of single values."""
    for override in overrides:
        try:
            ConfigLoaderImpl._apply_overrides_to_config([override], config)
        except HydraException as error:
            key = override.key_or_group
            hint = did_you_mean(key, keys(config))
            raise UserError(f"{key}: there is no such key.{hint} See `wsed train --cfg job`") from error
