"""Half an hour, joined from clips whose events are known: what a run scored clip by clip holds for it."""

import contextlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import wsed
from wsed.__main__ import main
from wsed.config import composed
from wsed.config.instantiate import instantiate
from wsed.data.batch import Batch
from wsed.data.datamodules.base import ClipDataModule
from wsed.metrics.bss_eval import bss_eval
from wsed.metrics.event_based import event_counts

WORDS = ["experiment=demo", "trainer.max_epochs=16", "data.clips={train: 400, val: 0, test: 450}", "precision=32-true"]
WORDS += ["features.bands=32"]
RUN = ["evaluation.draws=0", "logger=csv", "metrics=[event_based]"]
SEPARATED = 60
"""Clips whose sources are compared; each takes a tenth of a second."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    with contextlib.chdir(folder):
        assert main(["train", *WORDS, *RUN, "hydra.run.dir=run"]) == 0
    return folder / "run"


def clips(*words: str) -> list[Batch]:
    """The clips that the run was tested on, 4 s each, or those of further words."""
    module = instantiate(composed(*WORDS, *RUN, *words)["data"]["module"])
    assert isinstance(module, ClipDataModule)
    module.setup("test")
    return list(module.test_dataloader())


def scores(run: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads((run / "results.json").read_text())["metrics"]
    return found


def test_events_are_found_as_often_as_in_clips(run: Path) -> None:
    model = wsed.load(run)
    batches = clips()
    waveform = torch.cat([batch.waveform.reshape(-1) for batch in batches])
    assert len(waveform) == 1800 * model.sample_rate
    events = [clip for batch in batches for clip in batch.events]
    reference = pd.DataFrame(
        [
            ("all", 4 * place + event[0], 4 * place + event[1], event[2])
            for place, clip in enumerate(events)
            for event in clip
        ],
        columns=["filename", "onset", "offset", "event_label"],
    )
    found = model.detect(waveform, model.sample_rate).assign(filename="all")
    counts = event_counts(reference, found, model.labels, ["all"], 0.2, 0.2).scores("long")
    assert scores(run)["event_based/macro/f1"] > 0.4
    assert counts["long/macro/f1"] == pytest.approx(scores(run)["event_based/macro/f1"], abs=0.02)


def test_a_recording_as_long_as_a_clip_is_separated_as_in_the_test(run: Path, tmp_path: Path) -> None:
    few = f"data.clips.test={SEPARATED}"
    words = [few, "metrics=[separation]", "evaluation.draws=0", "--json", str(tmp_path / "scores.json")]
    assert main(["evaluate", "--checkpoint", str(run), *words]) == 0
    expected = json.loads((tmp_path / "scores.json").read_text())["separation/sdr"]
    model = wsed.load(run)
    ratios: dict[str, list[float]] = {label: [] for label in model.labels}
    for batch in clips(few):
        assert batch.sources is not None
        assert batch.background_source is not None
        for clip in range(len(batch.filenames)):
            which = batch.sources[clip].any(1).nonzero().flatten().tolist()
            sources = model.separate(batch.waveform[clip], model.sample_rate, list(model.labels))
            names = [model.labels[index] for index in which]
            true = torch.stack([*batch.sources[clip][which], batch.background_source[clip]])
            estimates = torch.stack([*(sources[name] for name in names), sources["rest"]])
            sdr = bss_eval(estimates[None], true)["sdr"][0]
            for name, value in zip(names, sdr.tolist(), strict=False):
                ratios[name].append(value)
    mean = np.mean([np.mean(values) for values in ratios.values() if values])
    assert mean == pytest.approx(expected, abs=0.1)
