"""Export of mixtures to disk: `wsed data mix` writes them, and `ExportedMixtureDataModule` reads them.

ROOT/mix.json           labels, sample rate, and the overrides that describe the mixtures
ROOT/<split>/           see `wsed/data/mixture_folder.py`
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.progress import track

from wsed.atomic import atomic_folder
from wsed.checks.names import check_part
from wsed.data.annotations import EVENT_COLUMNS
from wsed.data.audio.io import write_audio
from wsed.data.datamodules.mixtures import MixtureDataModule
from wsed.data.datasets.base import ClipDataset
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixture_folder import SUFFIX, MixtureFolder, check_names
from wsed.errors import UserError

SAMPLE_BYTES = 4
HEADER_BYTES = 80
"""Bytes of a WAV file without its samples."""

PROBED = 20
"""Number of mixtures of a split from which the size of all is estimated."""


def export_mixtures(data: MixtureDataModule, root: Path, description: Mapping[str, Any]) -> None:
    """Renders the mixtures of every split, as in the first epoch, and writes them atomically.

    Args:
        data: the mixtures.
        root: the folder to create; it must not exist.
        description: the content of `mix.json`; must have `labels` and `sample_rate`.

    Raises:
        UserError: the folder exists, a class cannot be the name of a file, or the disk has less space than the mixtures
            need.
        OSError: the disk cannot be written.
    """
    if os.path.lexists(root):
        raise UserError(f"{root}: exists; choose another folder or remove it")
    for label in description["labels"]:
        check_part(f"{label}{SUFFIX}", "data.labels")
    data.setup()
    _check_space(data, root)
    with atomic_folder(root) as partial:
        for split, dataset in data.datasets.items():
            assert isinstance(dataset, MixtureDataset)
            _write_split(dataset, partial / split)
        (partial / "mix.json").write_text(json.dumps(dict(description), indent=2) + "\n")


def _check_space(data: MixtureDataModule, root: Path) -> None:
    """Raises if the mixtures need more disk space than is free."""
    parent = next(folder for folder in root.absolute().parents if folder.is_dir())
    needed, free = sum(map(_estimate_bytes, data.datasets.values())), shutil.disk_usage(parent).free
    if needed > free:
        raise UserError(
            f"{root}: the mixtures need {needed / 1e9:.3g} GB, and {free / 1e9:.3g} GB are free; "
            "lower data.clips or choose another disk"
        )


def _estimate_bytes(dataset: ClipDataset) -> float:
    """The bytes of all mixtures of a split and of their sources, estimated from some of them."""
    assert isinstance(dataset, MixtureDataset)
    step = -(-len(dataset) // PROBED)
    probed = [dataset.plan((0, index)) for index in range(0, len(dataset), step)]
    files = MixtureFolder(Path())
    sizes = [(plan.samples * SAMPLE_BYTES + HEADER_BYTES) * (1 + len(files.sources(plan))) for plan in probed]
    return sum(sizes) / len(probed) * len(dataset)


def _write_split(dataset: MixtureDataset, path: Path) -> None:
    dataset.with_sources = True
    path.mkdir(parents=True)
    files = MixtureFolder(path)
    labels, rate = dataset.bank.labels, dataset.bank.sample_rate
    strong, weak, plans = [], [], []
    for index in track(range(len(dataset)), f"Mixing {path.name}", transient=True):
        plan = dataset.plan((0, index))
        check_names(plan, labels, f"mixture {index}")
        batch = dataset.render([plan])
        assert batch.sources is not None
        assert batch.background_source is not None
        write_audio(files.mixture(plan), batch.waveform[0], rate)
        for name, source in files.sources(plan).items():
            samples = batch.sources[0, labels.index(name)] if name in labels else batch.background_source[0]
            write_audio(source, samples, rate)
        strong += [(plan.filename, *event) for event in batch.events[0]]
        weak.append((plan.filename, ",".join(sorted(event.event_label for event in batch.events[0]))))
        plans.append(json.dumps(plan.to_dict()))
    pd.DataFrame(strong, columns=list(EVENT_COLUMNS)).to_csv(path / "strong.tsv", sep="\t", index=False)
    pd.DataFrame(weak, columns=["filename", "event_labels"]).to_csv(path / "weak.tsv", sep="\t", index=False)
    files.table.write_text("\n".join(plans) + "\n")
