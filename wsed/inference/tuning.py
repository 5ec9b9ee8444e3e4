"""Post-processing of a trained system, chosen on strong labels that the user has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from rich.progress import track

from wsed.config.instantiate import instantiate
from wsed.errors import UserError
from wsed.inference.load import card_of, described_postprocessing
from wsed.inference.test_pass import run_config, test_pass
from wsed.metrics.counts import Counts
from wsed.metrics.event_based import event_counts
from wsed.metrics.outputs import Outputs
from wsed.postprocessing.base import FittedPostprocessing, Postprocessing
from wsed.postprocessing.thresholds import Thresholds
from wsed.runs.checkpoints import find_checkpoint
from wsed.systems.base import System
from wsed.systems.card import ModelCard
from wsed.training.checkpoint_io import save_card

THRESHOLDS = np.linspace(0.02, 0.98, 49)


@dataclass(frozen=True)
class Tuning:
    """The result of tuning.

    Attributes:
        checkpoint: the file of the system.
        card: its card.
        before: the post-processing that the system came with; None if it had none.
        after: the one that was chosen.
        outputs: the predictions on the data that it was chosen on.
        collar: tolerance of onsets in seconds.
        offset_share: tolerance of offsets as a share of an event.
    """

    checkpoint: Path
    card: ModelCard
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

    def save(self, output: Path) -> None:
        """Writes a copy of the checkpoint with the chosen post-processing in its card."""
        save_card(self.checkpoint, replace(self.card, postprocessing=self.after.description()), output)

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
        words: Hydra overrides of data and post-processing; the latter is `tuned` unless they choose another. Data that
            they choose have the classes and the sample rate of the system.
        allowed: modules or packages besides wsed whose classes the files may name.

    Raises:
        UserError: a file or a word cannot be used, the checkpoint has no card, or the data have no strong labels.
    """
    checkpoint, run = find_checkpoint(model)
    system = System.load(checkpoint, allowed=allowed)
    card = card_of(system, checkpoint)
    chosen = words if any(word.startswith("postprocessing=") for word in words) else ["postprocessing=tuned", *words]
    if any(word.startswith("data=") for word in words):
        quoted = ",".join("'" + label.replace("'", "\\'") + "'" for label in system.labels)
        own = {"data.labels": f"[{quoted}]", "data.sample_rate": system.features.sample_rate}
        given = {word.partition("=")[0] for word in words}
        chosen = [*chosen, *(f"{key}={value}" for key, value in own.items() if key not in given)]
    config = run_config(checkpoint, run, chosen, allowed)
    fitted = instantiate(config["postprocessing"])
    if not isinstance(fitted, FittedPostprocessing):
        raise UserError("postprocessing: has no values to choose; give postprocessing=tuned, or leave it out")
    described = card.postprocessing
    before = None if described is None else described_postprocessing(described, system.labels, checkpoint)
    plain = Thresholds(0.5, 1.0, 0.0, 0.0, 0.0, 0.5).description()
    outputs = test_pass(system, {**config, "postprocessing": plain}).predictions.outputs()
    if not outputs.strong:
        raise UserError("data: have weak labels only; thresholds need the onsets and offsets of events")
    event_based = config["metrics"].get("event_based", {})
    tolerances = (event_based.get("collar", 0.2), event_based.get("offset_share", 0.2))
    return Tuning(checkpoint, card, before, fitted.fit(outputs, trained_on=False), outputs, *tolerances)
