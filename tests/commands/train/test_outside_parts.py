"""Every kind of part from a folder outside the package: one class, one YAML, no edit of wsed."""

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch

from tests.small_run import SMALL
from wsed.__main__ import main
from wsed.systems.base import System

RUN = Path("run")


@dataclass(frozen=True)
class Part:
    """A part, and how it is seen to take effect.

    Attributes:
        group: of the config.
        code: of its module, `mine.py`.
        choice: its YAML, `mine.yaml`.
        effect: fails if the part took no effect in `RUN`.
        words: overrides that choose it; by default `GROUP=mine`.
        without: beginnings of the overrides of a small run that do not go with it.
    """

    group: str
    code: str
    choice: str
    effect: Callable[[], None]
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def results() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RUN / "results.json").read_text())
    return found


def column(name: str) -> list[float]:
    """The values of a curve."""
    with (RUN / "metrics.csv").open() as file:
        return [float(row[name]) for row in csv.DictReader(file) if row.get(name)]


def trained() -> System:
    own = [name for name in sys.modules if name.startswith("mine_own_")]
    return System.load(RUN / "checkpoints" / "last.ckpt", allowed=own)


def noise(seconds: float = 1.0) -> torch.Tensor:
    return 0.1 * torch.randn(1, round(16000 * seconds), generator=torch.Generator().manual_seed(0))


def pooling_effect() -> None:
    prediction = trained()(noise())
    assert prediction.masks is not None
    torch.testing.assert_close(prediction.clip_probs, 0.5 * prediction.masks.mean((2, 3)))


def loss_effect() -> None:
    # Every frame of the true events counts, so the term has seen the strong labels.
    assert column("train/strength_weighted") == pytest.approx([3 * value for value in column("train/strength")])
    assert all(value > 0 for value in column("train/strength"))


def network_effect() -> None:
    system = trained()
    assert sum(parameter.numel() for parameter in system.network.parameters()) == 2 * 64
    assert system.head.in_channels == 2


def features_effect() -> None:
    system = trained()
    extracted = system.features.extract(noise())
    torch.testing.assert_close(extracted[0, 0], noise()[0, :400].view(8, 50).square().mean(1))


def system_effect() -> None:
    system = trained()
    assert type(system).__name__ == "Doubled"
    prediction = system(noise())
    plain = super(type(system), system).predict(system.features(noise()))
    torch.testing.assert_close(prediction.frame_probs, 0.25 * plain.frame_probs)


def soundbank_effect() -> None:
    assert results()["labels"] == ["high", "low"]


def corpus_effect() -> None:
    assert results()["labels"] == ["bell", "horn"]
    tags = pd.read_csv(RUN / "predictions" / "tags.tsv", sep="\t")
    assert list(tags["filename"]) == ["test-0.wav", "test-1.wav"]


def recipe_effect() -> None:
    reference = pd.read_csv(RUN / "predictions" / "reference.tsv", sep="\t")
    assert set(reference["onset"]) == {0.25}


def sampler_effect() -> None:
    # Twelve clips, all batches the first clip six times.
    assert json.loads(Path("sampled.json").read_text()) == [[0] * 6] * 2


def schedule_effect() -> None:
    state = torch.load(RUN / "checkpoints" / "last.ckpt", weights_only=True)
    assert state["optimizer_states"][0]["param_groups"][0]["lr"] == pytest.approx(0.001 / (4 + 1))


def optimizer_effect() -> None:
    # Nothing is learnt: the weights of the last epoch are the initial ones.
    system = trained()
    torch.manual_seed(0)
    assert float(system.head.bias.abs().max()) == 0


def metric_effect() -> None:
    found = results()
    assert found["metrics"]["clips/longest"] == pytest.approx(1.0)
    (measure,) = [measure for measure in found["measures"] if measure["key"] == "clips/longest"]
    assert (measure["title"], measure["unit"], measure["higher_is_better"]) == ("Longest", "s", False)
    assert column("val/clips/longest") == [1.0, 1.0]
    assert main(["report", str(RUN), "--output", "compared"]) == 0
    for name in ("comparison.md", "comparison.csv", "index.html"):
        assert "ongest" in Path("compared", name).read_text()


def callback_effect() -> None:
    found = results()
    assert found["metrics"]["steps"] == 4
    assert any(measure["key"] == "steps" for measure in found["measures"])


def logger_effect() -> None:
    lines = [json.loads(line) for line in (RUN / "log.jsonl").read_text().splitlines()]
    assert any("train/loss" in line for line in lines)
    assert any("test/frame/map" in line for line in lines)
    assert lines[-1] == {"failed": False}


def postprocessing_effect() -> None:
    events = pd.read_csv(RUN / "predictions" / "events.tsv", sep="\t")
    assert len(events) == 3 * 3
    assert set(events["offset"]) == {0.5}


def launcher_effect() -> None:
    assert Path("launched.txt").read_text() == "2"


def sweeper_effect() -> None:
    seeds = sorted(json.loads(path.read_text())["seed"] for path in Path("sweep").glob("*/results.json"))
    assert seeds == [7, 8]


PARTS = {
    "pooling": Part(
        "pooling",
        """
from wsed.pooling.base import Pooling, flatten

class Mine(Pooling):
    convex, permutation_invariant, monotone = False, True, True

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, probs, embedding=None, valid=None):
        cells, mask = flatten(probs, valid)
        return self.share * (cells * mask).sum(2) / mask.sum(2)
""",
        "_target_: mine.Mine\n# Share of the mean.\nshare: 0.25\n",
        pooling_effect,
        ("pooling=mine", "pooling.share=0.5"),
    ),
    "loss term": Part(
        "loss",
        """
from wsed.losses.base import LossTerm

class Mine(LossTerm):
    def forward(self, prediction, target):
        assert target.has_strong.all() and target.strong.shape == prediction.frame_probs.shape
        return (prediction.frame_probs * target.strong).mean() + 0.01
""",
        "_target_: wsed.losses.weighted.WeightedLoss\nterms:\n  strength:\n    _target_: mine.Mine\n"
        "# Of each term.\nweights: {strength: 3.0}\n",
        loss_effect,
    ),
    "network": Part(
        "network",
        """
import torch
from torch import nn
from wsed.networks.base import Encoder

class Mine(Encoder):
    keeps_frequency = True

    def __init__(self, bands: int, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width, 1, bands))
        self.channels = width

    def forward(self, features):
        return features[:, None] * self.scale
""",
        "_target_: mine.Mine\nbands: ${features.bands}\n# Number of maps.\nwidth: 2\n",
        network_effect,
        without=("network.widths",),
    ),
    "features": Part(
        "features",
        """
from wsed.features.base import Features

class Mine(Features):
    def __init__(self, sample_rate: int) -> None:
        super().__init__(sample_rate, window_size=400, hop=400, bands=8)

    def extract(self, waveform):
        return waveform.unfold(1, 400, 400).unflatten(2, (8, 50)).square().mean(3)
""",
        "_target_: mine.Mine\nsample_rate: ${data.sample_rate}\n# Size of the freq axis.\nbands: 8\n",
        features_effect,
        ("features=mine", "model=dnn", "pooling=gmp", "~features.bands", "network.bands=8"),
        ("network.widths",),
    ),
    "augmentation": Part(
        "augmentation",
        """
import torch
from torch import nn
from wsed.augmentation.base import Augmentation

class Mine(Augmentation):
    def __init__(self) -> None:
        super().__init__()
        self.calls = nn.Parameter(torch.zeros(()), requires_grad=False)

    def forward(self, features):
        self.calls += 1
        return 0 * features
""",
        "_target_: mine.Mine\n",
        lambda: _equal(float(trained().augmentation.calls), 4.0),
    ),
    "system": Part(
        "model",
        """
from dataclasses import replace
from wsed.systems.jsc import Jsc
from wsed.systems.parts import Parts

class Doubled(Jsc):
    def __init__(self, parts: Parts, factor: float) -> None:
        super().__init__(parts, background="none")
        self.factor = factor

    def predict(self, features, valid=None):
        prediction = super().predict(features, valid)
        return replace(prediction, frame_probs=self.factor * prediction.frame_probs)
""",
        "defaults:\n  - /network@_global_.network: vgg\n  - _self_\n\n"
        "_target_: mine.Doubled\n_partial_: true\n# Factor on frame probabilities.\nfactor: 0.25\n",
        system_effect,
    ),
    "soundbank": Part(
        "data",
        """
import torch
from wsed.data.soundbanks.base import Recording, Soundbank

class Mine:
    def __init__(self, sample_rate: int, pitches: dict[str, float]) -> None:
        self.sample_rate, self.pitches = sample_rate, pitches

    def load(self):
        time = torch.arange(self.sample_rate // 2) / self.sample_rate
        events = tuple(
            Recording(f"{label}-{fold}", label, fold, f"{label}-{fold}", torch.sin(6.28 * (pitch + fold) * time))
            for label, pitch in self.pitches.items() for fold in (1, 2)
        )
        noise = torch.Generator().manual_seed(0)
        scenes = tuple(
            Recording(f"hiss-{fold}", "hiss", fold, f"hiss-{fold}", 0.1 * torch.randn(32000, generator=noise))
            for fold in (1, 2)
        )
        return Soundbank(self.sample_rate, tuple(self.pitches), events, scenes)
""",
        "defaults:\n  - _mixtures\n  - _self_\n\n# Event classes.\nlabels: [high, low]\n"
        "# Folds of each split.\nfolds: {train: [1], val: [], test: [2]}\nsoundbank:\n  _target_: mine.Mine\n"
        "  sample_rate: ${data.sample_rate}\n  # Hz of each class.\n  pitches: {high: 2000.0, low: 300.0}\n",
        soundbank_effect,
        without=("data.soundbank",),
    ),
    "corpus": Part(
        "data",
        """
from pathlib import Path
from wsed.data.corpora.base import Clip
from wsed.data.corpus_info import CorpusInfo
from wsed.prediction import Event

class Mine:
    info = CorpusInfo("two bells and two horns", "none", "", ("*.wav",))
    parts = ("train", "test")

    def __init__(self, root: str) -> None:
        self.root = Path(root)

    def clips(self, part: str):
        return [
            Clip(path.name, path, frozenset({label}), (Event(0.0, 0.5, label),), self.root / "table", (1,))
            for path, label in zip(sorted(self.root.glob(f"{part}-*.wav")), ("bell", "horn"), strict=True)
        ]
""",
        "defaults:\n  - _recordings\n  - _audio\n  - _self_\n\n# Folder of the recordings.\nroot: ???\n# Hz.\n"
        "sample_rate: 16000\n# Event classes.\nlabels: [bell, horn]\n# Parts of each split.\n"
        "parts: {train: [train], val: [], test: [test]}\ncorpus:\n  _target_: mine.Mine\n  root: ${data.root}\n",
        corpus_effect,
        ("data=mine", "data.root=recordings", "data.duration=1.0"),
        ("data.soundbank", "data.clips", "mixing", "data.batch_size"),
    ),
    "mixing recipe": Part(
        "mixing",
        """
from wsed.data.mixing.base import clip_filename, random_generator
from wsed.data.mixing.perturbation import UNPERTURBED
from wsed.data.mixing.plan import EventPlan, MixturePlan

class Mine:
    def __init__(self, duration: float) -> None:
        self.duration = duration

    def plan(self, bank, *, seed, split, epoch, index, clips, for_evaluation):
        recordings = bank.events_of(bank.labels[index % len(bank.labels)])
        rng = random_generator(seed, split, epoch, index)
        sound = recordings[rng.integers(len(recordings))]
        event = EventPlan(sound.id, sound.label, bank.sample_rate // 4, 4000, UNPERTURBED, 0.0)
        samples = round(self.duration * bank.sample_rate)
        name = clip_filename(split, epoch, index)
        return MixturePlan(name, samples, bank.backgrounds[0].id, 0, UNPERTURBED, (event,))
""",
        "_target_: mine.Mine\n# Seconds.\nduration: 4.0\n",
        recipe_effect,
    ),
    "sampler": Part(
        "sampler",
        """
import json
from pathlib import Path

class Mine:
    def batches(self, dataset, batch_size, seed, epoch):
        chosen = [[0] * batch_size] * -(-len(dataset) // batch_size)
        Path("sampled.json").write_text(json.dumps(chosen))
        return chosen
""",
        "_target_: mine.Mine\n",
        sampler_effect,
    ),
    "schedule": Part(
        "schedule",
        """
from wsed.schedules.base import Schedule

class Mine(Schedule):
    def __call__(self, step: int, steps: int) -> float:
        return 1 / (step + 1)
""",
        "_target_: mine.Mine\n",
        schedule_effect,
    ),
    "optimizer": Part(
        "optimizer",
        """
import torch

class Mine(torch.optim.SGD):
    def step(self, closure=None):
        return closure() if closure is not None else None
""",
        "_target_: mine.Mine\n_partial_: true\n# Learning rate.\nlr: 0.1\n",
        optimizer_effect,
    ),
    "metric": Part(
        "metrics",
        """
from wsed.metrics.base import Metric
from wsed.metrics.measure import Measure

class Mine(Metric):
    name = "clips"
    inputs = ("durations",)
    in_validation = True

    def measures(self):
        return [Measure("clips/longest", "Longest", unit="s", higher_is_better=False)]

    def scores(self, outputs):
        return {"clips/longest": max(outputs.durations.values())}
""",
        "mine:\n  _target_: mine.Mine\n",
        metric_effect,
        ("+metrics=mine", "data.clips={train: 12, val: 6, test: 3}"),
        without=("metrics",),
    ),
    "callback": Part(
        "callbacks",
        """
from pytorch_lightning.callbacks import Callback

class Mine(Callback):
    steps = 0

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        self.steps += 1

    def on_test_epoch_end(self, trainer, pl_module):
        pl_module.log("test/steps", float(self.steps))
""",
        "mine:\n  _target_: mine.Mine\n",
        callback_effect,
        ("+callbacks=mine",),
    ),
    "logger": Part(
        "logger",
        """
import json
from pytorch_lightning.loggers import Logger
from wsed.training.loggers.base import RunLogger

class Lines(Logger):
    def __init__(self, path) -> None:
        super().__init__()
        self.path, self.name_ = path, "lines"

    name = property(lambda self: self.name_)
    version = property(lambda self: "")

    def log_hyperparams(self, *args, **kwargs) -> None: ...

    def log_metrics(self, metrics, step=None) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps({**metrics, "step": step}) + "\\n")

class Mine(RunLogger):
    def start(self, plan, rows):
        self.path = plan.path / "log.jsonl"
        return Lines(self.path)

    def finish(self, failed: bool) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps({"failed": failed}) + "\\n")
""",
        "_target_: mine.Mine\n",
        logger_effect,
        ("logger=mine",),
        ("logger",),
    ),
    "post-processing": Part(
        "postprocessing",
        """
from dataclasses import dataclass
import pandas as pd
from wsed.postprocessing.base import Postprocessing

@dataclass(frozen=True)
class Mine(Postprocessing):
    end: float

    def events(self, scores):
        rows = [(name, 0.0, self.end, label) for name, table in scores.items() for label in table.columns[2:]]
        return pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])

    def tag_thresholds(self, labels):
        return dict.fromkeys(labels, 0.5)
""",
        "_target_: mine.Mine\n# Seconds.\nend: 0.5\n",
        postprocessing_effect,
    ),
    "launcher": Part(
        "launcher",
        """
from pathlib import Path
from wsed.sweeps.launchers.base import Launcher, execute_in_sweep

class Mine(Launcher):
    def launch(self, runs):
        Path("launched.txt").write_text(str(len(runs)))
        return [execute_in_sweep(run) for run in reversed(runs)]
""",
        "_target_: mine.Mine\n",
        launcher_effect,
        ("launcher=mine", "-m", "seed=1,2"),
    ),
    "sweeper": Part(
        "sweeper",
        """
from wsed.sweeps.base import Sweeper
from wsed.sweeps.launchers.base import SweepRun
from wsed.sweeps.plan import plan_sweep_run
from wsed.sweeps.state import add_runs

class Mine(Sweeper):
    def sweep(self, overrides, folder, launcher):
        plans = [plan_sweep_run([*overrides, f"seed={seed}"], ["seed"]) for seed in (7, 8)]
        names = [plan.path.name for plan in plans]
        add_runs(folder, names)
        launcher.launch([SweepRun(plan) for plan in plans])
        return names
""",
        "_target_: mine.Mine\n# None.\nparams: {}\n",
        sweeper_effect,
        ("sweeper=mine", "-m"),
    ),
}


def _equal(found: object, expected: object) -> None:
    assert found == expected


@pytest.fixture
def recordings() -> None:
    """Four recordings for the corpus."""
    folder = Path("recordings")
    folder.mkdir()
    for part in ("train", "test"):
        for number in range(2):
            tone = np.sin(np.arange(16000) * (0.1 + 0.2 * number)) * 0.5
            soundfile.write(folder / f"{part}-{number}.wav", tone, 16000)


@pytest.mark.slow
@pytest.mark.usefixtures("recordings")
@pytest.mark.parametrize("kind", PARTS)
def test_a_part_from_outside_takes_effect(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    part = PARTS[kind]
    own = tmp_path / f"own_{kind.replace(' ', '_').replace('-', '_')}"
    module = f"mine_{own.name}"
    (own / "conf" / part.group).mkdir(parents=True)
    (own / f"{module}.py").write_text(part.code)
    choice = f"# A part from outside.\n{part.choice}".replace("mine.", f"{module}.")
    (own / "conf" / part.group / "mine.yaml").write_text(choice)
    monkeypatch.syspath_prepend(str(own))
    words = part.words or (f"{part.group}=mine",)
    small = [word for word in SMALL if not word.startswith(part.without or ("-",))]
    folder = "hydra.sweep.dir=sweep" if "-m" in words else f"hydra.run.dir={RUN}"
    code = main(["train", *small, *words, folder, f"hydra.searchpath=[file://{own / 'conf'}]", "evaluation.draws=0"])
    assert code == 0, capsys.readouterr().err
    part.effect()


def test_a_mistake_in_a_part_from_outside_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conf" / "pooling").mkdir(parents=True)
    (tmp_path / "typing_mistake.py").write_text(PARTS["pooling"].code)
    (tmp_path / "conf" / "pooling" / "mine.yaml").write_text("# Mine.\n_target_: typing_mistake.Mine\nshare: 0.5\n")
    words = ["train", *SMALL, "pooling=mine", f"hydra.searchpath=[file://{tmp_path / 'conf'}]"]
    assert main(words) == 2
    assert "the folder of its module is on PYTHONPATH" in capsys.readouterr().err
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main([*words, "pooling.shar=0.25"]) == 2
    assert "Did you mean pooling.share?" in capsys.readouterr().err


def test_a_module_that_is_not_a_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conf" / "model").mkdir(parents=True)
    (tmp_path / "plain_module.py").write_text(
        "import pytorch_lightning as pl\n\nclass Plain(pl.LightningModule):\n"
        "    def __init__(self, parts) -> None:\n        super().__init__()\n"
    )
    (tmp_path / "conf" / "model" / "plain.yaml").write_text(
        "# Mine.\ndefaults:\n  - /network@_global_.network: vgg\n  - _self_\n"
        "_target_: plain_module.Plain\n_partial_: true\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["train", *SMALL, "model=plain", f"hydra.searchpath=[file://{tmp_path / 'conf'}]"]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "model._target_=plain_module.Plain: does not belong here; derive it from wsed.systems.base.System" in line
    assert not Path("outputs").exists()
