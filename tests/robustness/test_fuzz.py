"""Random damage to every kind of file that a command reads; `make fuzz` searches for ten minutes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.robustness.command import Wsed, snapshot
from tests.robustness.conftest import Search
from tests.robustness.mutations import CANARY, damaged_bytes, damaged_values, read, write
from tests.small_run import SMALL
from tests.warm import WarmServer

FEW = 4
"""Inputs of each kind of file; more take long, because each runs one or two commands."""

SCORED = ["evaluation.draws=0"]
QUICK = [
    "logger=csv",
    "trainer.fast_dev_run=true",
    "network.widths=[4]",
    "data.batch_size=2",
    "runtime.progress_bar=false",
]

VALUES: dict[str, tuple[str, list[list[str]]]] = {
    "checkpoint": ("run/checkpoints/last.ckpt", [["evaluate", "--checkpoint", "run/checkpoints/last.ckpt", *SCORED]]),
    "config": ("run/config.yaml", [["evaluate", "--checkpoint", "run", *SCORED], ["report", "run"]]),
    "post-processing": ("run/postprocessing.json", [["evaluate", "--checkpoint", "run", *SCORED]]),
    "status": ("run/status.json", [["report", "run"], ["train", *SMALL, "hydra.run.dir=run"]]),
    "results": ("run/results.json", [["report", "run"], ["fuse", "run", "run", "--output", "fused", *SCORED]]),
    "list of runs": ("sweep/sweep.json", [["sweep", "status", "sweep"], ["sweep", "status", "sweep", "--json"]]),
    "description of mixtures": ("mixed/mix.json", [["data", "check", "data=mixed", "data.root=mixed"]]),
    "plans": ("mixed/train/plan.jsonl", [["train", "data=mixed", "data.root=mixed", *QUICK]]),
    "plans of the test": ("mixed/test/plan.jsonl", [["data", "check", "data=mixed", "data.root=mixed"]]),
}
"""Structured files, each with the commands that read it."""

TABLES = ["data=tables", "data.root=tables", "data.labels=[bell]"]
REFERENCE = ["--reference", "run/predictions/reference.tsv", "--durations", "run/predictions/durations.tsv"]
BYTES: dict[str, tuple[str, list[list[str]]]] = {
    "checkpoint": ("run/checkpoints/last.ckpt", [["evaluate", "--checkpoint", "run", *SCORED]]),
    "checkpoint to resume from": ("run/checkpoints/last.ckpt", [["train", *SMALL, "hydra.run.dir=run", "force=true"]]),
    "config": ("run/config.yaml", [["evaluate", "--checkpoint", "run", *SCORED], ["report", "run"]]),
    "results": ("run/results.json", [["report", "run"]]),
    "curves": ("run/metrics.csv", [["report", "run"]]),
    "examples": ("run/predictions/examples.npz", [["report", "run"]]),
    "durations": ("run/predictions/durations.tsv", [["report", "run"]]),
    "events": ("run/predictions/events.tsv", [["evaluate", "--events", "run/predictions/events.tsv", *REFERENCE]]),
    "tags": ("run/predictions/tags.tsv", [["evaluate", "--tags", "run/predictions/tags.tsv", *REFERENCE, *SCORED]]),
    "scores": (
        "run/predictions/scores/test-0-000000.tsv",
        [["evaluate", "--scores", "run/predictions/scores", *REFERENCE, *SCORED], ["report", "run"]],
    ),
    "plans": ("mixed/train/plan.jsonl", [["data", "check", "data=mixed", "data.root=mixed"]]),
    "mixture": ("mixed/test/audio/test-0-000000.wav", [["data", "check", "data=mixed", "data.root=mixed"]]),
    "table": ("tables/train.tsv", [["data", "check", *TABLES]]),
    "recording": ("tables/audio/0.wav", [["data", "check", *TABLES], ["train", *TABLES, *QUICK]]),
    "compressed recording": ("tables/audio/1.flac", [["data", "check", *TABLES]]),
    "cached sounds": ("cache/generated", [["train", *QUICK, "data.soundbank.recordings=4"]]),
}
"""Files whose bytes are damaged, each with the commands that read it."""


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory, small_run: Path, warm_server: WarmServer) -> Path:
    """Good files of every kind, to be copied."""
    root = tmp_path_factory.mktemp("material") / "work"
    root.mkdir()
    shutil.copytree(small_run, root / "run")
    (root / "sweep").mkdir()
    shutil.copytree(small_run, root / "sweep" / "one")
    write(root / "sweep" / "sweep.json", ["one", "two"])
    sizes = ["mixing.duration=1.0", "data.soundbank.recordings=4", "data.clips={train: 2, val: 0, test: 2}"]
    own = {"WSED_CACHE": str(root / "cache")}
    Wsed(root, warm_server).accepts("data", "mix", "mixed", *sizes, environment=own)
    (root / "tables" / "audio").mkdir(parents=True)
    for number, name in enumerate(("0.wav", "1.flac", "2.wav")):
        noise = np.random.default_rng(number).normal(0, 0.1, 16000)
        soundfile.write(root / "tables" / "audio" / name, noise, 16000)
    (root / "tables" / "train.tsv").write_text("filename\tevent_labels\n0.wav\tbell\n1.flac\t\n")
    (root / "tables" / "test.tsv").write_text("filename\tonset\toffset\tevent_label\n2.wav\t0.1\t0.6\tbell\n")
    return root


def file_in(folder: Path, name: str) -> Path:
    path = folder / name
    return path if path.is_file() else sorted(path.glob("*.npz"))[0]


def try_input(
    wsed: Wsed, material: Path, name: str, commands: list[list[str]], damage: Callable[[Path], object]
) -> None:
    """Damages one file of a fresh copy, runs the commands, and judges how they end."""
    for words in commands:
        shutil.rmtree(wsed.folder, ignore_errors=True)
        shutil.copytree(material, wsed.folder)
        damage(file_in(wsed.folder, name))
        beside = snapshot(wsed.folder.parent)
        ended = wsed.run(*words, environment={"WSED_CACHE": str(wsed.folder / "cache")})
        assert ended.code in (0, 1, 2), ended
        assert "Traceback" not in ended.out + ended.err, ended.err
        if ended.code == 2:
            said = [line for line in ended.err.splitlines() if line.startswith("wsed: ")]
            assert len(said) == 1, ended.err
            assert len(said[0]) <= 600, ended.err
        assert not (wsed.folder / CANARY).exists(), ended
        after = snapshot(wsed.folder.parent)
        assert {path for path in {*beside, *after} if not path.startswith("work")} <= set(beside), ended


@pytest.mark.parametrize("kind", VALUES)
def test_wrong_values(wsed: Wsed, material: Path, kind: str, search: Search) -> None:
    name, commands = VALUES[kind]
    good = read(material / name)
    search(
        damaged_values(good),
        lambda content: try_input(wsed, material, name, commands, lambda path: write(path, content)),
        FEW,
    )


@pytest.mark.parametrize("kind", BYTES)
def test_wrong_bytes(wsed: Wsed, material: Path, kind: str, search: Search) -> None:
    name, commands = BYTES[kind]
    good = file_in(material, name).read_bytes()
    search(
        damaged_bytes(good),
        lambda content: try_input(wsed, material, name, commands, lambda path: path.write_bytes(content)),
        FEW,
    )
