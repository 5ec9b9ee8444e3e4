"""Post-processing of a trained system, chosen on strong labels that the user has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from rich.progress import track

from wsed.config.instantiate import instantiate
from wsed.errors import UserError
from wsed.inference.test_pass import run_config, test_pass
from wsed.metrics.counts import Counts
from wsed.metrics.event_based import event_counts
from wsed.metrics.outputs import Outputs
from wsed.postprocessing.base import FittedPostprocessing, Postprocessing
from wsed.postprocessing.thresholds import Thresholds
from wsed.runs.checkpoints import find_checkpoint
from wsed.systems.base import System
from wsed.training.checkpoint_io import save_card

THRESHOLDS = np.linspace(0.02, 0.98, 49)


@dataclass(frozen=True)
class Tuning:
    """The result of tuning.

    Attributes:
        before: the post-processing that the system came with; None if it had none.
        after: the one that was chosen.
        outputs: the predictions on the data that it was chosen on.
        collar: tolerance of onsets in seconds.
        offset_share: tolerance of offsets as a share of an event.
    """

    before: Postprocessing | None
    after: Postprocessing
    outputs: Outputs
    collar: float
    offset_share: float

    def f1(self, postprocessing: Postprocessing) -> dict[str, float]:
        """The event-based F1 of each class of the data, and `mean`, their mean."""
        scores = self._counts(postprocessing).scores("")
        return {label: scores[f"/class/{label}/f1"] for label in self.outputs.present} | {"mean": scores["/macro/f1"]}

    def curves(self) -> pd.DataFrame:
        """Precision and recall at each threshold with the rest of the chosen post-processing.

        Returns:
            `event_label threshold precision recall f1`; precision is 1 where nothing is reported.
        """
        if not isinstance(self.after, Thresholds):
            return pd.DataFrame(columns=["event_label", "threshold", "precision", "recall", "f1"])
        rows = []
        for threshold in track(THRESHOLDS, "Precision and recall", transient=True):
            scores = self._counts(replace(self.after, threshold=float(threshold))).scores("")
            for label in self.outputs.present:
                precision, recall, f1 = (scores[f"/class/{label}/{name}"] for name in ("precision", "recall", "f1"))
                rows.append((label, threshold, precision, recall, f1))
        table = pd.DataFrame(rows, columns=["event_label", "threshold", "precision", "recall", "f1"])
        return table.fillna({"precision": 1.0}).sort_values(["event_label", "threshold"], ignore_index=True)

    def _counts(self, postprocessing: Postprocessing) -> Counts:
        outputs = self.outputs
        assert outputs.scores is not None
        events = postprocessing.detect(outputs.scores, outputs.tags)
        return event_counts(
            outputs.reference, events, outputs.labels, outputs.filenames, self.collar, self.offset_share
        )


def tune(model: Path, words: Sequence[str], allowed: Sequence[str] = ()) -> Tuning:
    """Chooses the post-processing of a trained system on the test split of data with strong labels.

    Args:
        model: folder of a run, or a `.ckpt` file.
        words: Hydra overrides of data and post-processing; the latter is `tuned` unless they choose another.
        allowed: modules or packages besides wsed whose classes the files may name.

    Raises:
        UserError: a file or a word cannot be used, or the data have no strong labels.
    """
    checkpoint, run = find_checkpoint(model)
    system = System.load(checkpoint, allowed=allowed)
    chosen = words if any(word.startswith("postprocessing=") for word in words) else ["postprocessing=tuned", *words]
    config = run_config(checkpoint, run, chosen, allowed)
    fitted = instantiate(config["postprocessing"])
    if not isinstance(fitted, FittedPostprocessing):
        raise UserError("postprocessing: has no values to choose; give postprocessing=tuned, or leave it out")
    described = None if system.card is None else system.card.postprocessing
    before = None if described is None else instantiate(described)
    plain = {"_target_": f"{Thresholds.__module__}.Thresholds", **vars(Thresholds(0.5, 1.0, 0.0, 0.0, 0.0, 0.5))}
    outputs = test_pass(system, {**config, "postprocessing": plain}).predictions.outputs()
    if not outputs.strong:
        raise UserError("data: have weak labels only; thresholds need the onsets and offsets of events")
    event_based = config["metrics"].get("event_based", {})
    tolerances = (event_based.get("collar", 0.2), event_based.get("offset_share", 0.2))
    return Tuning(before, fitted.fit(outputs), outputs, *tolerances)


def save_tuned(model: Path, tuning: Tuning, output: Path) -> None:
    """Writes a copy of a checkpoint with the chosen post-processing in its card.

    Raises:
        UserError: the checkpoint has no card.
    """
    checkpoint, _ = find_checkpoint(model)
    card = System.load(checkpoint).card
    if card is None:
        raise UserError(f"{checkpoint}: has no card of a model, as an earlier version of wsed wrote it; train it again")
    save_card(checkpoint, replace(card, postprocessing=tuning.after.description()), output)
