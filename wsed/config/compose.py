"""Composes configs from overrides with Hydra, and rephrases Hydra's errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from hydra import initialize_config_dir
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, OverrideType
from hydra.errors import ConfigCompositionException, HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from wsed.checks.names import shortened
from wsed.config.composition import PRIMARY, composition
from wsed.config.groups import SEARCH_PATH, conf_folder, groups, search_path
from wsed.config.kept_files import keep_files
from wsed.config.resolvers import register
from wsed.config.validate import keys
from wsed.errors import UserError, did_you_mean


@contextmanager
def hydra_initialized() -> Iterator[None]:
    """Initializes Hydra with the config folder and the resolvers; `compose_config` works only inside this context."""
    keep_files()
    with initialize_config_dir(str(conf_folder()), job_name=PRIMARY, version_base="1.3"):
        register()
        yield


def compose_config(overrides: list[str]) -> DictConfig:
    """The config of one run, with its `hydra` section.

    Raises:
        UserError: an override matches no key, and the message suggests the closest one; or a folder does not exist.
    """
    parsed = parse_overrides(overrides)
    _check_choices(overrides, parsed)
    for folder in search_path(overrides):
        if not folder.is_dir():
            raise UserError(f"{SEARCH_PATH}: {shortened(str(folder))} is not a folder; give file://FOLDER")
    try:
        return composition(overrides, parsed)
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise UserError(_plain_message(error, overrides)) from error


def _check_choices(overrides: list[str], parsed: list[Override]) -> None:
    """Checks that a group gets the name of a choice, and that Hydra does not silently ignore an added choice."""
    known = groups(overrides)
    replaced = {each.key_or_group: each.input_line for each in parsed if each.type is OverrideType.CHANGE}
    for override in parsed:
        group, value = override.key_or_group, override.value()
        if group in known and not override.is_delete() and (value is None or isinstance(value, (bool, int, float))):
            choices = ", ".join(known[group])
            raise UserError(f"{override.input_line}: is not a choice of {group}; choose one of {choices}")
        if group in known and override.is_add() and group in replaced:
            raise UserError(f"{override.input_line}: has no effect beside {replaced[group]}; add it to that list")


def expand_grid(overrides: list[str]) -> list[list[str]]:
    """The overrides of every run of a grid, in the order of Hydra's own sweeper.

    Raises:
        UserError: an override cannot be parsed.
    """
    batches = BasicSweeper.split_arguments(parse_overrides(overrides), max_batch_size=None)
    return [list(run) for batch in batches for run in batch]


def first_of_grid(overrides: list[str]) -> list[str]:
    """The overrides of a sweep with the first value of each swept key, so that they compose.

    Raises:
        UserError: an override cannot be parsed.
    """
    return [_first(override) for override in parse_overrides(overrides)]


def swept_keys(overrides: list[str]) -> list[str]:
    """Keys that have several values, or an interval of them.

    Raises:
        UserError: an override cannot be parsed.
    """
    return [str(each.get_key_element()) for each in parse_overrides(overrides) if each.is_sweep_override()]


def parse_overrides(overrides: list[str]) -> list[Override]:
    """Overrides as Hydra understands them.

    Raises:
        UserError: an override cannot be parsed.
    """
    try:
        return OverridesParser.create().parse_overrides(overrides)
    except HydraException as error:
        raise UserError(_plain_message(error, overrides)) from error


def _first(override: Override) -> str:
    value = override.value()
    if isinstance(value, IntervalSweep):
        return f"{override.get_key_element()}={value.start}"
    if override.is_sweep_override():
        return f"{override.get_key_element()}={next(iter(override.sweep_string_iterator()))}"
    assert override.input_line is not None
    return override.input_line


def _plain_message(error: Exception, overrides: list[str]) -> str:
    text = str(error).splitlines()[0]
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        group, _, choice = str(error.missing_cfg_file).rpartition("/")
        choices = list(groups(overrides).get(group, {}))
        if choices:
            hint = did_you_mean(choice, choices)
            return f"{group}={choice}: is not a choice of {group}; choose one of {', '.join(choices)}.{hint}"
    if isinstance(error, ConfigCompositionException) and "Could not" in text and "'" in text:
        key = text.split("'")[1].split("=")[0].split("@")[0]
        known = _known(overrides)
        removed = next((word for word in overrides if word.startswith("~") and word not in (key, f"~{key}")), None)
        if key in known and removed:
            return f"{key}: there is no such key without the group that {removed} removes; leave out {removed}"
        if key in known:
            return f"{key}: cannot be removed or added like this; {key}=VALUE sets it. See `wsed train --cfg job`"
        return f"{key}: there is no such key.{did_you_mean(key, known)} See `wsed train --cfg job`"
    if "Ambiguous value" in text:
        return f"{text.split(chr(39))[1]}: holds several values; add -m to sweep over them, or brackets for a list"
    if isinstance(error, OverrideParseException):
        return f"{error.override}: cannot be parsed ({text}); put it in quotes, or see hydra.cc on overrides"
    return text


def _known(overrides: list[str]) -> list[str]:
    """Groups, and every key of the config that the overrides choose."""
    known = groups(overrides)
    path = [word for word in overrides if word.startswith(f"{SEARCH_PATH}=")]
    choices = [*path, *(word for word in overrides if word.split("=")[0] in known and "," not in word)]
    return [*known, *keys(composition(choices, parse_overrides(choices)))]
