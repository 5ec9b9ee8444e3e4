"""What holds for the package as a whole: who imports whom, what configs may reach, what a wheel carries."""

import importlib
import importlib.util
import inspect
import itertools
import pkgutil
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

import wsed
from wsed.config.groups import conf_folder, groups

ROOT = Path(wsed.__file__).parents[1]

FORBIDDEN = {
    "wsed.pooling": ["pytorch_lightning", "hydra", "wandb", "omegaconf", "wsed.systems", "wsed.data"],
    "wsed.losses": ["pytorch_lightning", "hydra", "wandb", "omegaconf", "wsed.systems", "wsed.data"],
    "wsed.networks": ["pytorch_lightning", "hydra", "wandb", "omegaconf", "wsed.systems", "wsed.data"],
    "wsed.features": ["pytorch_lightning", "hydra", "wandb", "omegaconf", "wsed.systems", "wsed.data"],
    "wsed.data": ["hydra", "wandb", "omegaconf", "wsed.systems", "wsed.networks"],
    "wsed.metrics": ["hydra", "wandb", "omegaconf", "wsed.systems"],
    "wsed.reports": ["pytorch_lightning", "hydra", "wsed.systems"],
    "wsed.systems": ["hydra", "wandb", "omegaconf"],
}


def modules(package: str) -> list[str]:
    found = importlib.import_module(package)
    return [package, *(module.name for module in pkgutil.iter_modules(found.__path__, f"{package}."))]


def imports(module: str) -> set[str]:
    """What a module names in its import statements, anywhere in it."""
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    text = Path(spec.origin).read_text()
    return set(re.findall(r"^\s*(?:from|import) ([\w.]+)", text, re.MULTILINE))


@pytest.mark.parametrize("package", FORBIDDEN)
def test_direction_of_imports(package: str) -> None:
    for module in modules(package):
        for name in imports(module):
            for forbidden in FORBIDDEN[package]:
                assert name != forbidden, f"{module} imports {name}"
                assert not name.startswith(f"{forbidden}."), f"{module} imports {name}"


def test_poolings_and_losses_load_without_lightning_hydra_and_wandb() -> None:
    program = "import sys, wsed.pooling.gwrp, wsed.losses.weighted, wsed.networks.vgg; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pytorch_lightning", "hydra", "wandb", "omegaconf"} & set(loaded)


def test_training_loads_nothing_that_only_the_test_or_a_logger_needs() -> None:
    program = "import sys, wsed.commands.train, wsed.training.run, wsed.systems.jsc; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sklearn", "sed_eval", "sed_scores_eval", "dcase_util", "wandb"} & set(loaded)


def test_a_job_heeds_the_signals_of_slurm_before_it_loads_pytorch() -> None:
    program = "import sys, wsed.sweeps.launchers.slurm, wsed.commands.train; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "pytorch_lightning", "pandas"} & set(loaded)


def test_help_lists_every_choice_and_loads_nothing_heavy() -> None:
    heavy = {"torch", "hydra", "omegaconf", "pytorch_lightning", "numpy", "pandas", "pydantic"}
    for words in (["--help"], ["train", "--help"]):
        program = f"import sys; from wsed.__main__ import main; main({words}); print('LOADED', *sys.modules)"
        shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        text, loaded = shown.split("LOADED")
        assert not heavy & set(loaded.split())
        for group, choices in groups().items():
            assert re.search(rf"^  {group}$", text, re.MULTILINE)
            for choice, comment in choices.items():
                assert re.search(rf"^    {choice} .*{re.escape(comment)}$", text, re.MULTILINE)


def test_no_constructor_takes_arguments_it_does_not_name() -> None:
    for package in ("pooling", "losses", "networks", "features", "systems", "data", "metrics"):
        for name in modules(f"wsed.{package}"):
            for _, cls in inspect.getmembers(importlib.import_module(name), inspect.isclass):
                own = cls.__module__ == name and "__init__" in vars(cls)
                if own and not getattr(cls, "_is_protocol", False):
                    kinds = {parameter.kind for parameter in inspect.signature(cls.__init__).parameters.values()}
                    assert inspect.Parameter.VAR_KEYWORD not in kinds, cls


def test_every_choice_and_key_has_a_comment() -> None:
    for path in sorted(conf_folder().glob("*/*.yaml")):
        lines = path.read_text().splitlines()
        assert lines[0].startswith("# "), path
        if path.parent.name in ("experiment", "sweep"):
            continue
        for above, line in itertools.pairwise(lines):
            key = re.match(r"\s*(\w+): (.+)", line)
            refers = key and re.fullmatch(r"\$\{[\w.]+\}", key[2])
            if key and key[1] not in ("_target_", "_partial_") and not refers:
                assert above.strip().startswith("#"), f"{path}: {key[1]} has no comment"


def test_every_config_is_yaml_with_a_class_or_a_reason() -> None:
    for path in sorted(conf_folder().glob("*/*.yaml")):
        content = yaml.safe_load(path.read_text())
        if path.parent.name in ("pooling", "loss", "features", "model", "optimizer", "schedule", "trainer", "mixing"):
            assert "_target_" in content or "defaults" in content, path


def test_the_readme_counts_the_grid() -> None:
    choices = groups()
    counts = {"systems": "model", "poolings": "pooling", "losses": "loss"}
    text = " x ".join(f"{len(choices[group])} {name}" for name, group in counts.items())
    assert f"{text}." in (ROOT / "README.md").read_text().replace("\n", " ")
    experiments = set(
        re.findall(r"`(\w+)`", (ROOT / "README.md").read_text().partition("## Systems")[2].partition("##")[0])
    )
    assert set(choices["experiment"]) - {"demo"} <= experiments


@pytest.mark.slow
def test_a_wheel_carries_the_configs(tmp_path: Path) -> None:
    uv = Path(sys.executable).parent / "uv"
    command = [str(uv) if uv.exists() else "uv", "build", "--wheel", "--out-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, capture_output=True, text=True, check=True)
    wheel = next(tmp_path.glob("*.whl"))
    inside = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(inside)
    shown = subprocess.run(
        [sys.executable, "-c", "from wsed.__main__ import main; main(['train', '--cfg', 'job'])"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(inside), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    composed = yaml.safe_load(shown)
    assert composed["pooling"]["decay"] == 0.999
    assert (inside / "wsed" / "conf" / "train.yaml").is_file()
