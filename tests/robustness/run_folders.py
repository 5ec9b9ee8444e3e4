"""Run folders with every file that commands read, and ways to spoil them."""

import json
import os
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from tests.reports.conftest import CLASSES, make_examples, make_metrics

Spoil = Callable[[Path], object]

PSDS = {"_target_": "wsed.metrics.psds.Psds", "name": "psds/scenario1", "dtc": 0.7, "gtc": 0.7, "cttc": None}
PSDS |= {"alpha_ct": 0.0, "alpha_st": 1.0, "max_efpr": 100.0}
CONFIG = {
    "name": "demo",
    "test": "last",
    "data": {"labels": CLASSES, "sample_rate": 16000},
    "metrics": {"psds_scenario1": PSDS},
    "evaluation": {"draws": 0},
    "logger": {"project": "p", "group": "g"},
}


def make_run(path: Path, pooling: str = "gap", predictions: bool = True, **changes: Any) -> Path:
    """Writes a run folder that is done, with two clips; keywords replace entries of `results.json`."""
    path.mkdir(parents=True)
    results = {
        "name": "demo",
        "identity": "1f0a93c7",
        "overrides": [f"pooling={pooling}", "optimizer.lr=0.001"],
        "command": f"wsed train pooling={pooling}",
        "choices": {"data": "generated", "model": "jsc", "pooling": pooling, "experiment": None},
        "labels": CLASSES,
        "seed": 1,
        "parameters": 17000,
        "validation": {"val/frame/map": 0.5},
        "metrics": {**make_metrics(6.0, 0.3), "frame/map/ci95": [0.6, 0.8]},
        "measures": [
            {"key": "frame/map", "title": "SED-mAP", "unit": "", "decimals": 3, "higher_is_better": True}
            | {"per_class": "frame/class/{label}/ap", "shown": True}
        ],
        "timing": {"train_seconds": 61.2, "test_seconds": 20.1},
        "versions": {"torch": "2"},
        "git": {"commit": "0123456789abcdef", "dirty": True},
    }
    status = {"status": "done", "reason": None, "identity": "1f0a93c7", "command": "wsed train", "host": "h", "pid": 7}
    (path / "results.json").write_text(json.dumps(results | changes))
    (path / "status.json").write_text(json.dumps({**status, "slurm_job": None}))
    (path / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    (path / "postprocessing.json").write_text(json.dumps({"_target_": "wsed.postprocessing.thresholds.Thresholds"}))
    (path / "metrics.csv").write_text("epoch,step,val/loss,train/loss\n0,1,0.5,0.25\n1,2,0.4,0.125\n")
    if predictions:
        (path / "predictions" / "scores").mkdir(parents=True)
        make_examples(path, 1, masks=True)
        make_tables(path / "predictions")
    return path


def make_tables(folder: Path) -> None:
    reference, durations = "filename\tonset\toffset\tevent_label\n", "filename\tduration\n"
    for clip, label in zip(("clip_a", "clip_b"), CLASSES, strict=True):
        rows = [f"{0.5 * step}\t{0.5 * step + 0.5}\t{0.1 + 0.2 * step}\t{0.9 - 0.2 * step}\n" for step in range(4)]
        (folder / "scores" / f"{clip}.tsv").write_text("\t".join(["onset", "offset", *CLASSES]) + "\n" + "".join(rows))
        reference += f"{clip}.wav\t0.5\t1.0\t{label}\n"
        durations += f"{clip}.wav\t2.0\n"
    (folder / "reference.tsv").write_text(reference)
    (folder / "durations.tsv").write_text(durations)


def write(content: str | bytes) -> Spoil:
    """Replaces a file."""
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode())


def change(**changes: Any) -> Spoil:
    """Replaces entries of a JSON or YAML file."""

    def spoil(path: Path) -> None:
        content = yaml.safe_load(path.read_text()) | changes
        path.write_text(json.dumps(content) if path.suffix == ".json" else yaml.safe_dump(content))

    return spoil


def without(*keys: str) -> Spoil:
    """Removes entries of a JSON or YAML file."""

    def spoil(path: Path) -> None:
        content = {key: value for key, value in yaml.safe_load(path.read_text()).items() if key not in keys}
        path.write_text(json.dumps(content) if path.suffix == ".json" else yaml.safe_dump(content))

    return spoil


def link(target: str) -> Spoil:
    """Replaces a file by a symbolic link."""

    def spoil(path: Path) -> None:
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return spoil


def pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def listening_socket(path: Path) -> None:
    path.unlink(missing_ok=True)
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
    finally:
        os.chdir(here)


def folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def sparse(size: int) -> Spoil:
    """Makes a file longer, without using space on the disk."""
    return lambda path: os.truncate(path, size)


def cut(share: float) -> Spoil:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def arrays(**changes: Any) -> Spoil:
    """Replaces arrays of an archive; None removes one, and a function computes it from the one in the file."""

    def spoil(path: Path) -> None:
        with np.load(path) as file:
            found = {name: file[name] for name in file.files}
        new = {name: value(found.get(name)) if callable(value) else value for name, value in changes.items()}
        np.savez(path, **{name: value for name, value in {**found, **new}.items() if value is not None})

    return spoil


def header_only(shape: tuple[int, ...], descr: str = "<f8") -> Spoil:
    """Replaces an archive by one with an array that declares a shape, and a megabyte of zeros that are compressed."""

    def spoil(path: Path) -> None:
        header = str({"descr": descr, "fortran_order": False, "shape": shape}).encode().ljust(117) + b"\n"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                "labels.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 2**20
            )

    return spoil


def zip_bomb(path: Path) -> None:
    """An archive of a megabyte whose array has a third of a gigabyte."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("log_mel.npy", "w") as member,
    ):
        for _ in range(300):
            member.write(bytes(2**20))
