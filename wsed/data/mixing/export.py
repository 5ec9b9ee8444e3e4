"""Mixtures on disk: what `wsed data mix` writes and `ExportedMixtureDataModule` trains from.

ROOT/mix.json                        labels, sample rate, and the options that made the set
ROOT/<split>/audio/<clip>.wav        mixtures, 32-bit float, so that they are the rendered ones bit for bit
ROOT/<split>/sources/<clip>/<label>.wav, background.wav     what each adds to the mixture
ROOT/<split>/strong.tsv              filename onset offset event_label
ROOT/<split>/weak.tsv                filename event_labels
ROOT/<split>/plan.jsonl              the plans, one a line
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.progress import track

from wsed.data.audio.io import write_audio
from wsed.data.datamodules import MixtureDataModule
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.errors import UserError


def export_mixtures(data: MixtureDataModule, root: Path, description: Mapping[str, Any]) -> None:
    """Renders every split and writes it; the folder appears whole or not at all.

    Args:
        data: fixed mixtures, not fresh ones.
        root: must not exist yet.
        description: goes into `mix.json`; needs `labels` and `sample_rate`.

    Raises:
        UserError: the folder exists, or the mixtures are fresh ones.
    """
    if root.exists():
        raise UserError(f"{root}: exists; choose another folder or remove it")
    if data.fresh:
        raise UserError("data.fresh=true has new mixtures each epoch; write a fixed set with data.fresh=false")
    data.setup()
    partial = root.with_name(f".{root.name}.{os.getpid()}")
    try:
        for split, clips in data.sets.items():
            assert isinstance(clips, MixtureDataset)
            _write_split(clips, partial / split)
        (partial / "mix.json").write_text(json.dumps(dict(description), indent=2) + "\n")
        partial.rename(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_split(clips: MixtureDataset, folder: Path) -> None:
    clips.with_sources = True
    folder.mkdir(parents=True)
    strong, weak, plans = [], [], []
    for index in track(range(len(clips)), f"Mixing {folder.name}", transient=True):
        plan = clips.plan((0, index))
        batch = clips.render([plan])
        assert batch.sources is not None
        assert batch.background_source is not None
        write_audio(folder / "audio" / plan.filename, batch.waveform[0], clips.bank.sample_rate)
        parts = {event.label: batch.sources[0, clips.bank.labels.index(event.label)] for event in plan.events}
        if plan.background is not None:
            parts["background"] = batch.background_source[0]
        for name, samples in parts.items():
            path = folder / "sources" / Path(plan.filename).stem / f"{name}.wav"
            write_audio(path, samples, clips.bank.sample_rate)
        strong += [(plan.filename, *event) for event in batch.events[0]]
        weak.append((plan.filename, ",".join(sorted(event.event_label for event in batch.events[0]))))
        plans.append(json.dumps(plan.to_dict()))
    columns = ["filename", "onset", "offset", "event_label"]
    pd.DataFrame(strong, columns=columns).to_csv(folder / "strong.tsv", sep="\t", index=False)
    pd.DataFrame(weak, columns=["filename", "event_labels"]).to_csv(folder / "weak.tsv", sep="\t", index=False)
    (folder / "plan.jsonl").write_text("\n".join(plans) + "\n")
