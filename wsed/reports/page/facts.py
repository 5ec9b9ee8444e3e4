"""Facts about a run that are not scores."""

from wsed.metrics.measure import MISSING
from wsed.reports.costs import real_time_factor, train_seconds
from wsed.reports.runs import Run


def run_facts(run: Run) -> dict[str, str]:
    """The status, seed, number of parameters, training time, speed and commit of a run, as text."""
    results = run.results
    git = results.get("git") or {}
    parameters = results.get("parameters")
    seconds, speed = train_seconds(results), real_time_factor(results)
    seed = results.get("seed")
    return {
        "Status": run.state,
        "Seed": MISSING if seed is None else str(seed),
        "Parameters": MISSING if parameters is None else f"{parameters:,}",
        "Training": MISSING if seconds is None else _duration(seconds),
        "Speed": MISSING if speed is None else f"{speed:,.0f} x real time",
        "Commit": str(git.get("commit") or MISSING)[:10] + (" + changes" if git.get("dirty") else ""),
    }


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
