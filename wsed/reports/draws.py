"""The draws of the bootstrap of a run."""

from wsed.checks.arrays import read_arrays
from wsed.checks.files import exists
from wsed.errors import UserError
from wsed.reports.runs import Run
from wsed.reports.statistics import Array

MOST_BYTES = 2**26


def read_draws(run: Run) -> dict[str, Array]:
    """Scores over all classes in each draw, `(draw,)` by flat name; empty if the run has none.

    Raises:
        UserError: the file is damaged.
    """
    path = run.folder.predictions.draws
    if not exists(path):
        return {}
    arrays = read_arrays(path, MOST_BYTES, inside=run.folder.path)
    for name, values in arrays.items():
        if values.ndim != 1 or values.dtype.kind != "f":
            raise UserError(f"{path}: {name} is not a list of numbers; train this run again with force=true")
    return {name: values.astype(float) for name, values in arrays.items()}
