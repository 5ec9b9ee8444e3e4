"""The test of a run."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wsed.atomic import write_text
from wsed.config.instantiate import instantiate
from wsed.data.datamodules import ClipDataModule
from wsed.errors import UserError
from wsed.evaluation.evaluator import Results, evaluate_pass, tune
from wsed.evaluation.prediction_collector import write_tsv
from wsed.postprocessing.tuned import Tuned
from wsed.runs.folder import RunFolder
from wsed.systems.base import System
from wsed.training.callbacks.example_recorder import ExampleRecorder
from wsed.training.runtime import Runtime
from wsed.training.trainer import make_trainer


class RunTest:
    """Post-processing and metrics of a run.

    Args:
        config: of the run.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config
        self.settings = instantiate(config["evaluation"])
        self.postprocessing = instantiate(config["postprocessing"])

    def check(self, data: ClipDataModule) -> None:
        if isinstance(self.postprocessing, Tuned) and "val" not in data.sets:
            raise UserError(
                "postprocessing=tuned needs a validation split; give data.folds.val folds and data.clips.val clips"
            )

    def run(self, runtime: Runtime, folder: RunFolder, system: System, data: ClipDataModule) -> Results:
        trainer = make_trainer(self.config, runtime.single(), default_root_dir=folder.path, logger=False)
        postprocessing = self.postprocessing
        if isinstance(postprocessing, Tuned):
            trainer.validate(system, datamodule=data, verbose=False)
            assert system.scorer is not None
            postprocessing = tune(postprocessing, system.scorer, self.settings)
        write_text(folder.postprocessing_path, json.dumps(asdict(postprocessing), indent=2) + "\n")
        examples = ExampleRecorder()
        trainer.callbacks.append(examples)  # type: ignore[attr-defined]  # not in its annotations
        trainer.test(system, datamodule=data, verbose=False)
        scorer = system.scorer
        assert scorer is not None
        scorer.write(folder.predictions.path)
        examples.write(folder.predictions.path, system.features.sample_rate)
        results, _, events = evaluate_pass(scorer, postprocessing, self.settings)
        write_tsv(events, folder.predictions.events)
        return results
