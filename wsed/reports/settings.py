"""The settings in which runs differ, and labels of runs that are made from them."""

from collections import Counter
from collections.abc import Sequence

from wsed.reports.runs import Run


def settings(run: Run) -> dict[str, str]:
    """The group choices, overrides and seed of a run."""
    chosen = {key: str(value or "none") for key, value in _choices(run).items()}
    for override in run.results.get("overrides") or []:
        key, _, value = str(override).lstrip("+~").partition("=")
        chosen.setdefault(key, value)
    if run.results.get("seed") is not None:
        chosen["seed"] = str(run.results["seed"])
    return chosen


def differing_settings(runs: Sequence[Run]) -> list[str]:
    """Keys of the settings that are not the same in all runs."""
    known = [own for own in map(settings, runs) if own]
    keys = dict.fromkeys(key for own in known for key in own)
    return [key for key in keys if len({own.get(key) for own in known}) > 1]


def by_settings(runs: Sequence[Run]) -> list[Run]:
    """Sorts runs by the settings in which they differ, numbers by value; runs without results come last."""
    differing = differing_settings(runs)

    def sort_key(run: Run) -> tuple[bool, list[tuple[bool, float, str]]]:
        own = settings(run)
        return not run.results, [_numbers_first(own.get(key, "")) for key in differing]

    return sorted(runs, key=sort_key)


def label_runs(runs: Sequence[Run]) -> list[str]:
    """A short and unique label for each run: the settings in which it differs from the others, or its name."""
    differing = differing_settings(runs)
    labels = [label_of(run, differing, short=True) for run in runs]
    counts = Counter(labels)
    unique: dict[str, None] = {}
    for run, label in zip(runs, labels, strict=True):
        twin = counts[label] > 1
        base = f"{label} {run.results.get('identity') or run.folder.path.resolve().name}" if twin else label
        copies = (f"{base} ({number})" for number in range(2, len(runs) + 2))
        unique[base if base not in unique else next(copy for copy in copies if copy not in unique)] = None
    return list(unique)


def label_of(run: Run, keys: Sequence[str], short: bool = False) -> str:
    """A label of some settings of a run, or the run's name if it has none of them.

    A config group is shown by its choice only, other settings as `KEY=VALUE`.

    Args:
        run: the run.
        keys: settings to name.
        short: whether to shorten keys to their last part.
    """
    own, choices = settings(run), _choices(run)
    parts = [
        own[key] if key in choices else f"{key.rsplit('.', 1)[-1] if short else key}={own[key]}"
        for key in keys
        if key in own
    ]
    return ", ".join(parts) or run.name


def _choices(run: Run) -> dict[str, str | None]:
    return run.results.get("choices") or {}


def _numbers_first(value: str) -> tuple[bool, float, str]:
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value
