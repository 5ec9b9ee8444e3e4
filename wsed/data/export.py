"""Export of mixtures to disk: `wsed data mix` writes them, and `ExportedMixtureDataModule` reads them.

ROOT/mix.json                        labels, sample rate, and the overrides that describe the mixtures
ROOT/<split>/audio/<clip>.wav        mixtures, 32-bit float, so that they equal the rendered ones bit for bit
ROOT/<split>/sources/<clip>/<label>.wav, background.wav     the isolated sources of the mixture
ROOT/<split>/strong.tsv              filename onset offset event_label
ROOT/<split>/weak.tsv                filename event_labels
ROOT/<split>/plan.jsonl              the plans, one per line
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.progress import track

from wsed.atomic import atomic_folder
from wsed.data.annotations import EVENT_COLUMNS
from wsed.data.audio.io import write_audio
from wsed.data.datamodules.mixtures import MixtureDataModule
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.errors import UserError


def export_mixtures(data: MixtureDataModule, root: Path, description: Mapping[str, Any]) -> None:
    """Renders the mixtures of every split and writes them atomically.

    Args:
        data: mixtures that are the same in every epoch.
        root: the folder to create; it must not exist.
        description: the content of `mix.json`; must have `labels` and `sample_rate`.

    Raises:
        UserError: the folder exists, or every epoch has new mixtures.
    """
    if root.exists():
        raise UserError(f"{root}: exists; choose another folder or remove it")
    if data.fresh:
        raise UserError(
            "data.fresh=true has new mixtures each epoch; set data.fresh=false, so that all epochs have the same ones"
        )
    data.setup()
    with atomic_folder(root) as partial:
        for split, dataset in data.datasets.items():
            assert isinstance(dataset, MixtureDataset)
            _write_split(dataset, partial / split)
        (partial / "mix.json").write_text(json.dumps(dict(description), indent=2) + "\n")


def _write_split(dataset: MixtureDataset, folder: Path) -> None:
    dataset.with_sources = True
    folder.mkdir(parents=True)
    strong, weak, plans = [], [], []
    for index in track(range(len(dataset)), f"Mixing {folder.name}", transient=True):
        plan = dataset.plan((0, index))
        batch = dataset.render([plan])
        assert batch.sources is not None
        assert batch.background_source is not None
        write_audio(folder / "audio" / plan.filename, batch.waveform[0], dataset.bank.sample_rate)
        parts = {event.label: batch.sources[0, dataset.bank.labels.index(event.label)] for event in plan.events}
        if plan.background is not None:
            parts["background"] = batch.background_source[0]
        for name, samples in parts.items():
            path = folder / "sources" / Path(plan.filename).stem / f"{name}.wav"
            write_audio(path, samples, dataset.bank.sample_rate)
        strong += [(plan.filename, *event) for event in batch.events[0]]
        weak.append((plan.filename, ",".join(sorted(event.event_label for event in batch.events[0]))))
        plans.append(json.dumps(plan.to_dict()))
    pd.DataFrame(strong, columns=list(EVENT_COLUMNS)).to_csv(folder / "strong.tsv", sep="\t", index=False)
    pd.DataFrame(weak, columns=["filename", "event_labels"]).to_csv(folder / "weak.tsv", sep="\t", index=False)
    (folder / "plan.jsonl").write_text("\n".join(plans) + "\n")
