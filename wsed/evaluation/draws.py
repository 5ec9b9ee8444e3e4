"""The file of an evaluation's draws, for tests of the difference between two systems."""

from pathlib import Path
from typing import Any

import numpy as np

from wsed.atomic import atomic_write
from wsed.evaluation.evaluator import Evaluation


def write_draws(path: Path, evaluation: Evaluation) -> None:
    """Writes the draws of the bootstrap, an array of 32-bit floats for each score; nothing without a bootstrap."""
    if evaluation.draws:
        arrays: dict[str, Any] = {name: draws.astype(np.float32) for name, draws in evaluation.draws.items()}
        with atomic_write(path) as partial, partial.open("wb") as file:
            np.savez_compressed(file, **arrays)
