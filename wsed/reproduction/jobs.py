"""The trainings of a reproduction: their overrides, and their execution as a sweep."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.errors import UserError
from wsed.inference.fusion import fuse_runs
from wsed.reproduction.paper import Entry, Paper, Scale
from wsed.runs.folder import RunFolder
from wsed.sweeps.launchers.base import Launcher, SweepRun
from wsed.sweeps.plan import plan_sweep_run
from wsed.sweeps.state import add_runs, run_states, sweep_lock

STAND_IN = "generated"
"""The choice of `data` without a corpus on the disk."""


@dataclass(frozen=True)
class Protocol:
    """How a paper is reproduced.

    Attributes:
        paper: the paper.
        scale: `paper` for the settings of the paper, `quick` for trainings that end within an hour on two cores.
        words: overrides of the user, which win over all others.
        seeds: number of seeds, from 1.
    """

    paper: Paper
    scale: Scale
    words: Sequence[str]
    seeds: int

    @property
    def data(self) -> str:
        """The choice of `data`."""
        return self._given("data", STAND_IN)

    @property
    def is_original(self) -> bool:
        """Whether the runs use a corpus of the paper."""
        return self.data in self.paper.definition.corpora

    @property
    def folder(self) -> Path:
        """The folder of the runs."""
        return Path(self._given("hydra.sweep.dir", f"outputs/reproduce/{self.paper.name}-{self.scale}-{self.data}"))

    def _given(self, key: str, default: str) -> str:
        """The last value that the user gives a key."""
        values = [word.removeprefix(f"{key}=") for word in self.words if word.startswith(f"{key}=")]
        return values[-1] if values else default

    @property
    def entries(self) -> dict[str, Entry]:
        """The entries that are run."""
        place = {self.data} if self.is_original else {self.data, "stand_ins"}
        return {
            name: entry
            for name, entry in self.paper.definition.entries.items()
            if self.scale in entry.scales and (not entry.data or place & set(entry.data))
        }

    @property
    def place_words(self) -> list[str]:
        """The overrides of all trainings on these data."""
        definition = self.paper.definition
        if self.is_original:
            return list(definition.original)
        return [*definition.stand_ins.get("all", []), *definition.stand_ins.get(self.data, [])]

    def training_words(self, name: str, seed: int) -> list[str]:
        """The overrides of `wsed train` for one run. A later word replaces an earlier one of the same key."""
        definition, entry = self.paper.definition, self.paper.definition.entries[name]
        quick, own = (definition.quick, entry.quick) if self.scale == "quick" else ([], [])
        words = [f"data={self.data}", *self.place_words, *quick, *entry.words, *own, *self.words]
        words += [f"seed={seed}", f"hydra.sweep.dir={self.folder}"]
        return list({word.partition("=")[0]: word for word in words}.values())

    def trainings(self) -> list[tuple[str, int]]:
        """Name and seed of every training, seed by seed, so that all systems have results early."""
        trained = [name for name, entry in self.entries.items() if not entry.mean_of]
        return [(name, seed) for seed in range(1, self.seeds + 1) for name in trained]


Found = dict[str, dict[int, RunFolder]]
"""Run folders by entry and seed."""


def reproduce(protocol: Protocol) -> Found:
    """Trains what is not trained yet, and averages what is to be averaged.

    Raises:
        UserError: a run cannot be planned or launched, or some have not ended well.
    """
    trained = _train(protocol)
    found: Found = {}
    for name, entry in protocol.entries.items():
        of_entry = {}
        for seed in range(1, protocol.seeds + 1):
            members = [trained[member, seed] for member in entry.mean_of]
            own = _mean(protocol.folder, name, seed, members, entry.words) if members else trained[name, seed]
            of_entry[seed] = RunFolder(own)
        found[name] = of_entry
    return found


def _train(protocol: Protocol) -> dict[tuple[str, int], Path]:
    """The run folder of each training."""
    keys = protocol.trainings()
    words = [protocol.training_words(*key) for key in keys]
    swept = {word.partition("=")[0] for name, _ in keys for word in protocol.entries[name].words} | {"seed"}
    with hydra_initialized():
        config = compose_config(words[0])
        launcher: Any = instantiate(OmegaConf.to_container(config.launcher, resolve=True))
        assert isinstance(launcher, Launcher)
        launcher.warm_up()
        plans = [plan_sweep_run(each, swept) for each in words]
        names = [plan.path.name for plan in plans]
        with sweep_lock(protocol.folder):
            add_runs(protocol.folder, names)
            launcher.launch([SweepRun(plan) for plan in plans])
    states = run_states(protocol.folder)
    left = [name for name in names if states[name][0] != "done"]
    if left:
        raise UserError(
            f"{protocol.folder}: {len(left)} of {len(names)} runs are not done; `wsed sweep status {protocol.folder}` "
            "says why, and the same command goes on"
        )
    return {key: plan.path for key, plan in zip(keys, plans, strict=True)}


def _mean(folder: Path, name: str, seed: int, members: Sequence[Path], words: Sequence[str]) -> Path:
    """The folder of a mean, which is computed unless it is there."""
    made_of: Mapping[str, Any] = {"members": [member.name for member in members], "words": list(words)}
    identity = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:8]
    path = folder / "means" / f"{name},seed={seed}-{identity}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fuse_runs(members, path, words, first_epoch=1)
    return path
