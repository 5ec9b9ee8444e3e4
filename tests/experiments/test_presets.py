"""The presets of the papers' tables: they compose, have the papers' settings, and take a step."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch

from wsed.config.compose import compose_config, expand_grid, first_of_grid, hydra_initialized
from wsed.config.groups import groups
from wsed.config.instantiate import instantiate
from wsed.config.validate import validate
from wsed.data.mixing.each_event import EachEvent
from wsed.prediction import Target
from wsed.reproduction.jobs import Protocol
from wsed.reproduction.paper import read_paper
from wsed.training.run import build_system

ROOT = Path(__file__).parents[2]
READMES = sorted((ROOT / "experiments").glob("**/README.md"))


def settled(*words: str) -> dict[str, Any]:
    with hydra_initialized():
        return validate(compose_config(list(words)))


# Learning rate, clips in a batch, steps (None where the papers do not say), frames of 10 s (4 s for JSC), bands.
FACTS: dict[str, tuple[float, int, int | None, int, int]] = {
    "jsc_published": (1e-4, 20, 10_000, 120, 64),
    "dnn": (1e-4, 20, 10_000, 120, 64),
    "vgg_gwrp": (1e-3, 24, 10_000, 311, 64),
    "vgg_gwrp_published": (1e-3, 24, 10_000, 311, 64),
    "mtl": (1e-3, 24, 10_000, 311, 64),
    "mtl_published": (1e-3, 24, 10_000, 311, 64),
    "ddc_fap": (1e-3, 24, 10_000, 311, 64),
    "attention": (1e-3, 44, 8_000, 311, 64),
    "talnet": (3e-4, 100, 25_000, 311, 64),
    "gated_crnn": (1e-3, 44, 8_000, 240, 64),
    "gated_crnn_tagging": (1e-3, 44, 8_000, 240, 64),
    "gated_crnn_mfcc": (1e-3, 44, 8_000, 240, 120),
    "crnn": (1e-3, 44, 8_000, 240, 64),
    "strong_weak": (1e-3, 128, None, 499, 40),
    "mlp": (1e-3, 1, None, 499, 40),
}
OURS = {"demo", "jsc"}
"""Presets that are not a paper's row, or trained in a better way."""


@pytest.mark.parametrize("model", groups()["model"])
def test_jsc_goes_with_every_model(model: str) -> None:
    assert settled("experiment=jsc", f"model={model}")["model"] == settled(f"model={model}")["model"]


@pytest.mark.parametrize("name", groups()["experiment"])
def test_every_preset_goes_with_other_poolings(name: str) -> None:
    # The mean has no arguments that a preset could set.
    assert settled(f"experiment={name}", "pooling=gap")["pooling"] == settled("pooling=gap")["pooling"]


def test_every_preset_is_known() -> None:
    assert set(groups()["experiment"]) == FACTS.keys() | OURS


@pytest.mark.parametrize("name", FACTS)
def test_a_preset_has_the_settings_of_its_paper(name: str) -> None:
    rate, batch_size, steps, frames, bands = FACTS[name]
    config = settled(f"experiment={name}")
    assert config["optimizer"] == {"_target_": "torch.optim.Adam", "_partial_": True, "lr": rate}
    data, trainer = config["data"], config["trainer"]
    assert data["batch_size"] == batch_size
    samples = round(config["mixing"]["duration"] * data["sample_rate"])
    features = instantiate(config["features"])
    assert features(torch.zeros(1, samples)).shape == (1, frames, bands)
    if steps is not None:
        limit = trainer["limit_train_batches"]
        # devtrain of TUT Rare Sound Events 2017 has 336 events.
        clips = 3 * 336 if data["clips"]["train"] is None else data["clips"]["train"]
        batches = limit if isinstance(limit, int) else -(-clips // batch_size)
        assert batches * trainer["max_epochs"] == pytest.approx(steps, rel=1e-3)
    assert config["name"] == name


def test_the_learning_rate_falls_as_the_papers_say() -> None:
    for name, every in (("mtl_published", 1000), ("ddc_fap", 1000), ("vgg_gwrp_published", 200)):
        schedule = instantiate(settled(f"experiment={name}")["schedule"])
        factors = [schedule(step, 10_000) for step in range(10_000)]
        assert factors == pytest.approx([0.9 ** (step // every) for step in range(10_000)])
    talnet = settled("experiment=talnet")
    assert talnet["schedule"] == {"_target_": "wsed.schedules.plateau.Plateau", "factor": 0.5, "patience": 3}
    constant = instantiate(settled("experiment=gated_crnn")["schedule"])
    assert {constant(step, 8000) for step in (0, 4000, 7999)} == {1.0}


def test_settings_around_the_networks_are_the_published_ones() -> None:
    recipes = {
        name: instantiate(settled(f"experiment={name}_published")["mixing"]) for name in ("jsc", "mtl", "vgg_gwrp")
    }
    assert not any(recipe.fresh for recipe in recipes.values())
    assert isinstance(recipes["jsc"], EachEvent)
    assert {(recipe.draw, recipe.level) for name, recipe in recipes.items() if name != "jsc"} == {
        ("recording", "recording")
    }
    assert settled("experiment=jsc_published")["data"]["clips"] == {"train": None, "val": 0, "test": None}
    assert settled("experiment=jsc_published")["metrics"]["frame_based"]["last_frame"] is False
    assert settled("experiment=vgg_gwrp_published")["metrics"]["frame_based"]["last_frame"] is True
    assert settled("experiment=vgg_gwrp_published")["network"]["initial"] == "he"


@pytest.mark.parametrize(
    ("name", "eps", "momentum"),
    [
        ("jsc_published", 1e-6, 0.01),
        ("gated_crnn", 1e-3, 0.01),
        ("gated_crnn_tagging", 1e-3, 0.01),
        ("crnn", 1e-3, 0.01),
        ("vgg_gwrp_published", 1e-5, 0.1),
        ("mtl_published", 1e-5, 0.1),
    ],
)
def test_batch_norm_is_that_of_the_published_code(name: str, eps: float, momentum: float) -> None:
    network = instantiate(settled(f"experiment={name}")["network"])
    norms = [layer for layer in network.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    assert norms
    assert {(norm.eps, norm.momentum) for norm in norms} == {(eps, momentum)}


def test_all_systems_of_table_2_of_mtl_have_the_same_10000_steps(tmp_path: Path) -> None:
    protocol = Protocol(read_paper("mtl"), "paper", ["data=desed", f"data.root={tmp_path}"], 1)
    rows = [protocol.training_words(name, seed) for name, seed in protocol.trainings()]
    assert len(rows) == 5
    for words in rows:
        config = settled(*words)
        assert (config["data"]["batch_size"], config["optimizer"]["lr"]) == (24, 1e-3)
        # All weakly labelled clips of DESED, and all 1,168 of its validation set.
        assert (config["data"]["clips"]["train"] or 1578) >= 1578
        assert (config["data"]["clips"]["test"] or 1168) >= 1168
        assert config["trainer"]["limit_train_batches"] == 1.0
        batches = -(-1578 // 24)
        assert batches * config["trainer"]["max_epochs"] == pytest.approx(10_000, rel=0.01)
        schedule = instantiate(config["schedule"])
        assert [schedule(step, 10_000) for step in (999, 1000, 9999)] == pytest.approx([1, 0.9, 0.9**9])


def test_losses_and_poolings_are_those_of_the_papers() -> None:
    mtl = settled("experiment=mtl_published")["loss"]
    assert mtl["weights"] == {"clip_bce": 1.0, "segment": 0.2, "silent": 0.2}
    assert mtl["terms"]["clip_bce"]["over_classes"] == "mean"
    assert settled("experiment=ddc_fap")["loss"]["weights"] == {"clip_bce": 1.0, "segment": 0.0, "silent": 0.0}
    assert settled("experiment=strong_weak")["loss"]["weights"] == {"strong_bce": 1.0, "clip_bce": 1.0}
    poolings = {
        "jsc_published": "gwrp.GlobalWeightedRankPooling",
        "dnn": "gmp.GlobalMaxPooling",
        "mtl": "fap.FrequencyDependentAutoPooling",
        "gated_crnn": "attention.AttentionPooling",
        "gated_crnn_tagging": "gap.GlobalAveragePooling",
        "talnet": "linear_softmax.LinearSoftmaxPooling",
    }
    for name, pooling in poolings.items():
        assert settled(f"experiment={name}")["pooling"]["_target_"] == f"wsed.pooling.{pooling}"
    assert settled("experiment=vgg_gwrp")["pooling"]["decay"] == 0.9998
    for name in ("crnn", "gated_crnn", "gated_crnn_mfcc"):
        assert settled(f"experiment={name}")["sampler"]["ratio"] == 5


@pytest.mark.slow
@pytest.mark.parametrize("name", FACTS)
def test_a_preset_takes_a_step_on_its_own_data(name: str) -> None:
    config = settled(f"experiment={name}", "data.batch_size=2", "data.clips={train: 4, val: 0, test: 2}")
    config["data"]["module"]["soundbank"]["recordings"] = 4
    data = instantiate(config["data"]["module"])
    data.setup()
    batch = next(iter(data.train_dataloader()))
    torch.manual_seed(0)
    system = build_system(config)
    system.features.fit([batch.waveform])
    optimizer = system.make_optimizer(params=system.parameters())
    before = {key: value.clone() for key, value in system.named_parameters()}
    loss, _ = system.loss(system(batch.waveform), Target(batch.weak, batch.background))
    loss.backward()
    optimizer.step()
    assert loss.isfinite()
    assert any(not torch.equal(value, before[key]) for key, value in system.named_parameters())


def commands() -> list[str]:
    """Every `wsed train` of the experiments' pages."""
    found = []
    for path in READMES:
        text = path.read_text().replace("\\\n", " ").replace("|", "\n")
        found += [match.strip(" `") for match in re.findall(r"wsed train [^`\n]*", text) if "..." not in match]
    return found


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_pages_composes(command: str, tmp_path: Path) -> None:
    words = [word.strip("'") for word in re.findall(r"'[^']*'|\S+", command)][2:]
    overrides = [re.sub(r"root=[A-Z0-9]+$", f"root={tmp_path}", word) for word in words if word != "-m"]
    with hydra_initialized():
        chosen = "sweeper=optuna" in words
        found = [
            validate(compose_config(job)) for job in ([first_of_grid(overrides)] if chosen else expand_grid(overrides))
        ]
    assert found
    assert len(found) == 1 or "-m" in words
