"""The values that Optuna may draw, from overrides."""

from collections.abc import Sequence

from hydra.core.override_parser.types import IntervalSweep, Override
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from wsed.config.compose import parse_overrides


def space_of(arguments: Sequence[str]) -> tuple[list[str], dict[str, BaseDistribution]]:
    """Overrides that all trials share, and the distributions of the other keys.

    A list (`1,2,3`), `choice(...)` or `range(...)` is a set, `interval(1e-4, 1e-2)` is continuous,
    `int(interval(1, 5))` has whole numbers, and `tag(log, interval(...))` is on a logarithmic scale. If a key has
    several overrides, the last one counts.

    Raises:
        UserError: an override cannot be parsed.
    """
    fixed: dict[str, str] = {}
    space: dict[str, BaseDistribution] = {}
    for override in parse_overrides(list(arguments)):
        key = override.get_key_element()
        fixed.pop(key, None)
        space.pop(key, None)
        if override.is_sweep_override():
            space[key] = _distribution(override)
        else:
            fixed[key] = f"{key}={override.get_value_element_as_str()}"
    return list(fixed.values()), space


def _distribution(override: Override) -> BaseDistribution:
    value = override.value()
    if isinstance(value, IntervalSweep):
        assert value.start is not None
        assert value.end is not None
        log = "log" in value.tags
        if isinstance(value.start, int) and isinstance(value.end, int):
            return IntDistribution(value.start, value.end, log=log)
        return FloatDistribution(value.start, value.end, log=log)
    return CategoricalDistribution(list(override.sweep_string_iterator()))
