"""What holds for the package as a whole. `make lint` checks who imports whom, see `tool.importlinter`."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from omegaconf import OmegaConf

import wsed
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.groups import conf_folder, groups
from wsed.config.instantiate import TARGET, locate

ROOT = Path(wsed.__file__).parents[1]
SETTINGS = {"experiment", "sweep"}
"""Groups whose choices set keys of other groups."""
WITHOUT_CLASS = {"logger=csv"}
"""Choices of the other groups that name no class: a run writes its CSV files in any case."""


def output(program: str) -> str:
    """What a program prints in an interpreter of its own."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def loaded_by(*modules: str) -> set[str]:
    """The names of all modules that importing some loads."""
    return set(output(f"import sys, {', '.join(modules)}; print(*sys.modules)").split())


def test_poolings_losses_and_networks_load_without_lightning_hydra_and_wandb() -> None:
    loaded = loaded_by("wsed.pooling.gwrp", "wsed.losses.weighted", "wsed.networks.vgg")
    assert "torch" in loaded
    assert not {"pytorch_lightning", "hydra", "wandb", "omegaconf"} & loaded


def test_training_loads_nothing_that_only_the_test_or_a_logger_needs() -> None:
    loaded = loaded_by("wsed.commands.train", "wsed.training.run", "wsed.systems.jsc")
    assert "pytorch_lightning" in loaded
    assert not {"sklearn", "sed_eval", "sed_scores_eval", "dcase_util", "wandb"} & loaded


def test_a_slurm_job_handles_signals_before_it_loads_torch() -> None:
    loaded = loaded_by("wsed.sweeps.launchers.slurm", "wsed.commands.train")
    assert "hydra" in loaded
    assert not {"torch", "pytorch_lightning", "pandas"} & loaded


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"]])
def test_help_lists_every_choice_and_loads_nothing_heavy(words: list[str]) -> None:
    printed = output(f"import sys; from wsed.__main__ import main; main({words}); print('LOADED', *sys.modules)")
    text, loaded = printed.split("LOADED")
    heavy = {"torch", "hydra", "omegaconf", "pytorch_lightning", "numpy", "pandas", "pydantic"}
    assert not heavy & set(loaded.split())
    for group, choices in groups().items():
        assert re.search(rf"^  {group}$", text, re.MULTILINE)
        for choice, comment in choices.items():
            assert re.search(rf"^    {choice} .*{re.escape(comment)}$", text, re.MULTILINE)


def test_no_constructor_takes_arguments_that_it_does_not_name() -> None:
    checked = 0
    for module in pkgutil.walk_packages(wsed.__path__, "wsed."):
        for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if cls.__module__ == module.name and "__init__" in vars(cls) and not getattr(cls, "_is_protocol", False):
                checked += 1
                kinds = {parameter.kind for parameter in inspect.signature(cls.__init__).parameters.values()}
                assert inspect.Parameter.VAR_KEYWORD not in kinds, cls
    assert checked > 50


def choices() -> list[tuple[str, str]]:
    return [(group, choice) for group, found in groups().items() for choice in found if group not in SETTINGS]


def classes_of(node: Any) -> Iterator[str]:
    """The classes that a part of a config names, at any depth."""
    if isinstance(node, Mapping):
        if TARGET in node:
            yield node[TARGET]
        for value in node.values():
            yield from classes_of(value)


@pytest.mark.parametrize(("group", "choice"), choices())
def test_every_choice_composes_and_names_classes_that_exist(group: str, choice: str) -> None:
    with hydra_initialized():
        config: Any = OmegaConf.to_container(compose_config([f"{group}={choice}"]), resolve=False)
    found = list(classes_of(config[group]))
    assert bool(found) != (f"{group}={choice}" in WITHOUT_CLASS)
    for path in found:
        assert locate(path)


def uncommented(node: yaml.Node, lines: list[str]) -> Iterator[str]:
    """Keys of a block of YAML that hold a value of their own and have no comment on the line above."""
    assert isinstance(node, yaml.MappingNode)
    for key, value in node.value:
        if key.value in ("defaults", TARGET, "_partial_"):
            continue
        refers = isinstance(value, yaml.ScalarNode) and re.fullmatch(r"\$\{[\w.]+\}", value.value)
        if isinstance(value, yaml.MappingNode) and not value.flow_style:
            yield from uncommented(value, lines)
        elif not refers and not lines[key.start_mark.line - 1].strip().startswith("#"):
            yield key.value


def test_a_key_without_a_comment_is_found() -> None:
    text = "# A choice.\n_target_: a.B\n# Hz.\nrate: 1\nclips: {train: 1}\nsame: ${a.b}\npart:\n  deep: 1\nmore: [1]\n"
    assert list(uncommented(yaml.compose(text), text.splitlines())) == ["clips", "deep", "more"]


def test_every_choice_and_key_has_a_comment() -> None:
    for path in sorted(conf_folder().rglob("*/*.yaml")):
        lines = path.read_text().splitlines()
        assert lines[0].startswith("# "), path
        group = path.relative_to(conf_folder()).parts[0]
        if group not in SETTINGS and (node := yaml.compose(path.read_text())):
            assert not list(uncommented(node, lines)), path


def test_the_readme_counts_the_grid() -> None:
    readme = (ROOT / "README.md").read_text()
    known = groups()
    with hydra_initialized():
        # Two choices may be one pooling with other settings.
        poolings = {compose_config([f"pooling={choice}"]).pooling[TARGET] for choice in known["pooling"]}
    counted = f"{len(known['model'])} systems x {len(poolings)} poolings x {len(known['loss'])} losses."
    assert counted in readme.replace("\n", " ")
    experiments = set(re.findall(r"`(\w+)`", readme.partition("## Systems")[2].partition("##")[0]))
    assert set(known["experiment"]) - {"demo"} <= experiments


def test_the_top_of_the_package_has_at_most_six_files() -> None:
    assert len([path for path in (ROOT / "wsed").iterdir() if path.is_file()]) <= 6


def test_no_file_is_longer_than_250_lines() -> None:
    files = (path for path in (ROOT / "wsed").rglob("*") if path.suffix in (".py", ".js", ".css", ".j2", ".md"))
    counts = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert not {name: count for name, count in counts.items() if count > 250}


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """The lines of a function from `def` to its end, without the docstring, blank lines and comments."""
    assert function.end_lineno is not None
    counted = set(range(function.lineno, function.end_lineno + 1))
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        assert first.end_lineno is not None
        counted -= set(range(first.lineno, first.end_lineno + 1))
    texts = (lines[number - 1].strip() for number in counted)
    return sum(bool(text) and not text.startswith("#") for text in texts)


def test_lines_of_code_leave_out_the_docstring_blank_lines_and_comments() -> None:
    text = 'def f(\n    x,\n):\n    """Doc.\n\n    More.\n    """\n\n    # Why.\n    return x\n'
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert lines_of_code(function, text.splitlines()) == 4


def test_no_function_has_more_than_40_lines_of_code() -> None:
    long = {}
    for path in sorted((ROOT / "wsed").rglob("*.py")):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                long[f"{path.relative_to(ROOT)}:{node.name}"] = lines_of_code(node, text.splitlines())
    assert not {name: count for name, count in long.items() if count > 40}


@pytest.mark.slow
def test_a_wheel_carries_the_configs_and_the_papers(tmp_path: Path) -> None:
    uv = Path(sys.executable).parent / "uv"
    command = [str(uv) if uv.exists() else "uv", "build", "--wheel", "--out-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, capture_output=True, text=True, check=True)
    wheel = next(tmp_path.glob("*.whl"))
    inside = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(inside)
    printed = subprocess.run(
        [sys.executable, "-m", "wsed", "train", "--cfg", "job"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(inside), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert yaml.safe_load(printed)["pooling"]["decay"] == 0.999
    assert (inside / "wsed" / "conf" / "train.yaml").is_file()
    assert (inside / "wsed" / "experiments" / "jsc" / "published" / "detection.csv").is_file()
