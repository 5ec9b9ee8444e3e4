"""Checkpoints, run folders and data sets of others: they run no code, and name no class that does not belong there."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from tests.robustness.command import Ended, Wsed

CANARY = "executed"
"""File that a planted command makes in the working directory."""
COMMAND = {"_target_": "subprocess.Popen", "args": ["touch", CANARY]}

Change = Callable[[dict[str, Any]], object]


def put(*keys: Any, value: Any = COMMAND) -> Change:
    """A change of a nested value."""

    def change(content: Any) -> None:
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return change


PLACES: dict[str, Change] = {
    "system": put("system", "system"),
    "labels": put("system", "labels"),
    "one label": put("system", "labels", value=["a", COMMAND]),
    "network": put("system", "network"),
    "argument of the network": put("system", "network", "widths"),
    "argument in a list": put("system", "network", "widths", value=[COMMAND]),
    "loss term": put("system", "loss", "terms", "clip_bce"),
    "weight of a loss term": put("system", "loss", "weights", "clip_bce"),
    "optimizer": put("system", "optimizer"),
    "schedule": put("system", "schedule"),
    "augmentation": put("system", "augmentation"),
    "name that wsed imports": put("system", "network", "_target_", value="wsed.training.ddp.DDPStrategy"),
    "module that wsed imports": put("system", "network", "_target_", value="wsed.training.ddp.subprocess.Popen"),
    "class of wsed elsewhere": put("system", "network", "_target_", value="wsed.pooling.gap.GlobalAveragePooling"),
    "class of Lightning elsewhere": put("system", "network", "_target_", value="pytorch_lightning.Trainer"),
    "optimizer elsewhere": put("system", "network", "_target_", value="torch.optim.Adam"),
    "number": put("system", "network", "_target_", value=3),
    "features without a class": put("system", "features", value=3),
    "no pooling": put("system", "pooling", value=None),
    "network is missing": lambda content: content["system"].pop("network"),
    "long name": put("system", "network", "_target_", value="a." * 10**6),
}


def planted(ended: Ended, command: Wsed) -> None:
    assert not (command.folder / CANARY).exists(), ended


@pytest.fixture
def run(wsed: Wsed, small_run: Path) -> Path:
    """A copy of a finished run, in the working directory."""
    return Path(shutil.copytree(small_run, wsed.folder / "run"))


@pytest.mark.parametrize("place", PLACES)
def test_a_description_in_a_checkpoint(wsed: Wsed, run: Path, place: str) -> None:
    path = run / "checkpoints" / "last.ckpt"
    content = torch.load(path, weights_only=True)
    PLACES[place](content)
    torch.save(content, path)
    planted(wsed.refuses("evaluate", "--checkpoint", "run", says=f"{Path('run/checkpoints/last.ckpt')}: "), wsed)


class Planted:
    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.system, (f"touch {CANARY}",)


def damage(path: Path, content: dict[str, Any], how: str) -> None:
    weights = content["state_dict"]
    name = "head.weight"
    if how == "pickle":
        content["callbacks"] = Planted()
    elif how == "not a number":
        weights[name] = weights[name] * torch.nan
    elif how == "other shape":
        weights[name] = weights[name][:2]
    elif how == "absurd shape":
        weights[name] = torch.zeros(1).expand(10**12)
    elif how == "other type":
        weights[name] = weights[name].half()
    elif how == "missing":
        del weights[name]
    elif how == "more":
        weights["x" * 10**6] = weights[name]
    elif how == "no tensor":
        weights[name] = 3
    elif how == "sparse":
        weights[name] = weights[name].to_sparse()
    elif how == "no weights":
        del content["state_dict"]
    elif how == "absurd widths":
        content["system"]["network"]["widths"] = [10**6] * 1000
    elif how == "absurd window":
        content["system"]["features"]["window_size"] = 10**12
    torch.save(content, path)
    if how == "truncated":
        path.write_bytes(path.read_bytes()[:5000])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "compressed":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("archive/data.pkl", bytes(10**8))
    elif how in ("pipe", "folder", "device"):
        path.unlink()
        {"pipe": lambda: os.mkfifo(path), "folder": path.mkdir, "device": lambda: path.symlink_to("/dev/zero")}[how]()


DAMAGE = {
    "pickle": "is not a checkpoint of wsed",
    "not a number": "head.weight has numbers that are not finite",
    "other shape": "head.weight is float32",
    "absurd shape": "is not a checkpoint of wsed",
    "other type": "head.weight is float16",
    "missing": "has no weights head.weight",
    "more": "has other weights, xxx",
    "no tensor": "is not a checkpoint of wsed",
    "sparse": "is not a checkpoint of wsed",
    "no weights": "is not a checkpoint of wsed",
    "absurd widths": "last.ckpt: ",
    "absurd window": "last.ckpt: features.window_size",
    "truncated": "is not a checkpoint of wsed",
    "empty": "is not a checkpoint of wsed",
    "compressed": "is not a checkpoint of wsed",
    "pipe": "is a pipe, not a file",
    "folder": "last.ckpt",
    "device": "is a device, not a file",
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_checkpoint(wsed: Wsed, run: Path, how: str) -> None:
    path = run / "checkpoints" / "last.ckpt"
    damage(path, torch.load(path, weights_only=True), how)
    planted(wsed.refuses("evaluate", "--checkpoint", "run/checkpoints/last.ckpt", says=DAMAGE[how]), wsed)


SECTIONS: dict[str, Change] = {
    "datamodule": put("data", "module"),
    "soundbank": put("data", "module", "soundbank"),
    "sampler in a list": put("data", "module", "sampler", value=[COMMAND]),
    "number of clips": put("data", "module", "clips", "test"),
    "labels": put("data", "labels"),
    "recipe": put("mixing"),
    "metric": put("metrics", "event_based"),
    "all metrics": put("metrics"),
    "argument of a metric": put("metrics", "event_based", "collar"),
    "evaluation": put("evaluation"),
    "draws": put("evaluation", "draws"),
    "post-processing": put("postprocessing"),
    "datamodule of Lightning": put("data", "module", "_target_", value="pytorch_lightning.Trainer"),
    "no data": put("data", value=None),
    "reference to the environment": put("data", "module", "soundbank", "labels", value=["${oc.env:HOME}"]),
}


def change_config(run: Path, change: Change) -> None:
    path = run / "config.yaml"
    content = yaml.safe_load(path.read_text())
    change(content)
    path.write_text(yaml.safe_dump(content))


@pytest.mark.parametrize("place", SECTIONS)
def test_a_config_of_a_run(wsed: Wsed, run: Path, place: str) -> None:
    change_config(run, SECTIONS[place])
    (run / "postprocessing.json").unlink()
    planted(wsed.refuses("evaluate", "--checkpoint", "run", says="run/config.yaml"), wsed)
    planted(wsed.refuses("fuse", "run", "run/checkpoints/last.ckpt", "--output", "out", says="run/config.yaml"), wsed)


UNUSED: dict[str, Change] = {
    "plugins of the trainer": put("trainer", "plugins", value=[COMMAND]),
    "trainer": put("trainer"),
    "callback": put("callbacks", "nan_guard"),
    "logger": put("logger"),
    "runtime": put("runtime"),
    "cache in the working directory": put("runtime", "cache", value="cache"),
    "cache of the data": put("data", "module", "soundbank", "cache", value="cache"),
}


@pytest.mark.parametrize("place", UNUSED)
def test_what_the_test_does_not_need_is_not_read(wsed: Wsed, run: Path, place: str) -> None:
    change_config(run, UNUSED[place])
    planted(wsed.accepts("evaluate", "--checkpoint", "run", "evaluation.draws=0"), wsed)
    assert not (wsed.folder / "cache").exists()


def test_a_fitted_post_processing(wsed: Wsed, run: Path) -> None:
    (run / "postprocessing.json").write_text(json.dumps(COMMAND))
    planted(wsed.refuses("evaluate", "--checkpoint", "run", says="run/postprocessing.json"), wsed)


CODE = '''"""A pooling from outside, which says when it is imported."""

from pathlib import Path

from wsed.pooling.gap import GlobalAveragePooling

Path("imported").touch()


class Mine(GlobalAveragePooling):
    """The mean of all cells."""
'''


def test_a_module_is_imported_only_if_it_is_allowed_by_name(wsed: Wsed, run: Path) -> None:
    (wsed.folder / "outside_pooling.py").write_text(CODE)
    path = run / "checkpoints" / "last.ckpt"
    content = torch.load(path, weights_only=True)
    content["system"]["pooling"] = {"_target_": "outside_pooling.Mine"}
    torch.save(content, path)
    own = {"PYTHONPATH": str(wsed.folder)}
    words = ["evaluate", "--checkpoint", "run", "evaluation.draws=0"]
    wsed.refuses(*words, says="if you trust the file, add --allow outside_pooling", environment=own)
    wsed.refuses(*words, "--allow", "outside", says="add --allow outside_pooling", environment=own)
    assert not (wsed.folder / "imported").exists()
    wsed.accepts(*words, "--allow", "outside_pooling", environment=own)
    assert (wsed.folder / "imported").exists()


@pytest.mark.parametrize("key", ["labels", "sample_rate"])
@pytest.mark.parametrize("value", [COMMAND, [COMMAND], None, {}, [], "x", -1, [1], ["a", "a"], 10**12, ["x" * 10**6]])
def test_the_description_of_mixtures(wsed: Wsed, key: str, value: Any) -> None:
    content = {"labels": ["a", "b"], "sample_rate": 16000, key: value}
    (wsed.folder / "data" / "test").mkdir(parents=True)
    (wsed.folder / "data" / "mix.json").write_text(json.dumps(content))
    for words in (["train", "logger=csv"], ["train", "-m", "logger=csv", "seed=1,2"], ["data", "check"]):
        planted(wsed.refuses(*words, "data=mixed", "data.root=data", says=""), wsed)
