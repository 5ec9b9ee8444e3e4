"""The files that build the container pass their linters and agree, and the commands of docker/README.md compose."""

import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

from wsed.config.compose import compose_config, expand_grid, hydra_initialized
from wsed.config.validate import validate

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text().replace("\\\n", " ")
RECIPE = (ROOT / "docker" / "wsed.def").read_text()
README = (ROOT / "docker" / "README.md").read_text().replace("\\\n", " ")
COMMANDS = re.findall(r"wsed(?:\.sif)? (train [^'\n]*)", README)


def tool(name: str) -> str:
    """The path of a program of the environment that runs the tests."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found, f"{name} is not installed"
    return found


def in_context(path: Path) -> bool:
    """Whether `.dockerignore` keeps a path of the repository: the last pattern that matches it or a parent decides."""
    kept = True
    parts = path.relative_to(ROOT).parts
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!")
            name = pattern.removeprefix("**/")
            assert "/" not in name, "this test only understands names, and names after `**/`"
            if any(fnmatch(part, name) for part in (parts[:1] if name == pattern else parts)):
                kept = line.startswith("!")
    return kept


def test_the_dockerfile_and_the_shell_scripts_pass_their_linters() -> None:
    subprocess.run([tool("hadolint"), str(ROOT / "docker" / "Dockerfile")], check=True)
    scripts = [ROOT / "tests" / "docker" / "build.sh", ROOT / ".ci" / "run"]
    subprocess.run([tool("shellcheck"), *map(str, scripts)], check=True)


def test_the_build_context_has_what_is_copied_and_nothing_else() -> None:
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)", DOCKERFILE, re.MULTILINE)
        for word in shlex.split(line)[:-1]
    ]
    files = RECIPE.partition("%files\n")[2].partition("\n\n")[0].splitlines()
    pairs = [line.split() for line in files]
    assert all(target == f"/source/{source}" for source, target in pairs)
    assert {"pyproject.toml", "constraints.txt"} == set(copied)
    for name in {*copied, *(source for source, _ in pairs)}:
        assert (ROOT / name).exists(), name
        assert in_context(ROOT / name), name
    for name in (".git", ".venv", "outputs", "tests", "wsed/__pycache__", "wsed/data/__pycache__/batch.pyc"):
        assert not in_context(ROOT / name), name
    assert in_context(ROOT / "conf" / "data" / "generated.yaml")
    assert in_context(ROOT / "experiments" / "jsc" / "paper.yaml")


@pytest.mark.slow
def test_the_build_context_has_what_a_wheel_needs(tmp_path: Path) -> None:
    context = tmp_path / "context"
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in tracked.splitlines():
        if in_context(ROOT / name):
            (context / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, context / name)
    command = [tool("uv"), "build", "--wheel", "--build-constraint", "constraints.txt", "--out-dir", str(tmp_path)]
    subprocess.run(command, cwd=context, capture_output=True, check=True)
    wheel = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    expected = {name for name in tracked.splitlines() if name.startswith(("wsed/", "conf/"))}
    assert {name if name.startswith("wsed/") else f"wsed/{name}" for name in expected} <= set(wheel)


def test_dockerfile_and_recipe_have_the_same_base_and_packages() -> None:
    base = re.search(r"^ARG BASE=(.+)", DOCKERFILE, re.MULTILINE)
    assert base
    assert f"\nFrom: {base[1]}\n" in RECIPE
    installed = [
        set(re.findall(r"--no-install-recommends ([\w+ -]+)", text)[0].split()) for text in (DOCKERFILE, RECIPE)
    ]
    assert installed[0] == installed[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_composes(command: str, tmp_path: Path) -> None:
    words = shlex.split(command.replace("$SLURM_ARRAY_TASK_ID", "1").replace("/data", str(tmp_path)))[1:]
    overrides = [word for word in words if word != "-m"]
    with hydra_initialized():
        found = [validate(compose_config(job)) for job in expand_grid(overrides)]
    assert len(found) == 1 or "-m" in words


def test_every_command_of_the_readme_that_runs_a_container_is_checked() -> None:
    runs = [line for line in README.splitlines() if re.search(r"\b(docker|apptainer) run\b", line)]
    assert runs
    assert all(any(command in line for command in COMMANDS) for line in runs)
