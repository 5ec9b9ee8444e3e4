"""Run folders with any value of any type, and files with any bytes: reports go on, and raise nothing but UserError."""
"""Run folders in which any value has any type and any file any bytes: reports go on, and only UserError is raised."""

import copy
import json
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.robustness.run_folders import make_run
from wsed.__main__ import main
from wsed.sweeps.state import run_states

DOCUMENTS = ("status.json", "results.json", "config.yaml", "postprocessing.json", "sweep.json")
HUGE = 10**400
VALUES: list[Any] = [
    *(None, True, 0, -1, 7, HUGE, 1e308, 0.5, "", "x", "a" * 2000, "../../x", "$\\frac{$", "\x1b[2J", "\ud800", "<b>"),
    *([], [1], ["x"], [[[]]], {}, {"a": 1}, {"_target_": "os.system", "command": "touch executed"}),
    *(float("nan"), float("inf"), ["x"] * 3000, {str(number): number for number in range(3000)}),
]
NAMES = ("bad", "good")

QUICK = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every path in a document."""
    yield path
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(value, (*path, key))


def replaced(node: Any, path: Sequence[Any], value: Any) -> Any:
    """A copy of a document with another value at a path."""
    if not path:
        return value
    content = copy.deepcopy(node)
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return content


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of a run with all files and of one without predictions."""
    folder = tmp_path_factory.mktemp("fuzz") / "sweep"
    for name in NAMES:
        make_run(folder / name, predictions=name == "bad")
    (folder / "sweep.json").write_text(json.dumps(NAMES))
    return folder


def fresh(runs: Path) -> Path:
    """A copy of the sweep, to spoil; it replaces the last one."""
    copied = runs.with_name("copy")
    shutil.rmtree(copied, ignore_errors=True)
    shutil.copytree(runs, copied, symlinks=True)
    return copied


def check(folder: Path, capsys: pytest.CaptureFixture[str], whole_list: bool) -> None:
    """Runs a report and `sweep status`; `main` turns a UserError, and nothing else, into exit code 2."""
    output = folder.with_name("out")
    shutil.rmtree(output, ignore_errors=True)
    with warnings.catch_warnings():
        # Matplotlib has no glyphs for some characters.
        warnings.simplefilter("ignore")
        assert main(["report", str(folder), "--output", str(output)]) == 0
    table = (output / "comparison.csv").read_text()
    assert f"{folder}/good,demo,done," in table
    code = main(["sweep", "status", str(folder)])
    assert code == 0 or not whole_list
    if whole_list:
        assert run_states(folder)["good"] == ("done", None)
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    assert "\x1b" not in printed.out + printed.err
    assert not list(folder.parent.rglob("executed"))
    assert not Path("executed").exists()


@QUICK
@given(name=st.sampled_from(DOCUMENTS), data=st.data())
def test_any_type_anywhere(name: str, data: st.DataObject, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = fresh(runs)
    # Figures of examples take long, and these documents do not change them.
    (folder / "bad" / "predictions" / "examples.npz").unlink()
    path = folder / name if name == "sweep.json" else folder / "bad" / name
    content = yaml.safe_load(path.read_text())
    place = data.draw(st.sampled_from(sorted(places(content), key=str)))
    value = data.draw(st.sampled_from(VALUES) | st.integers() | st.floats() | st.text())
    new = replaced(content, place, value)
    dump = json.dumps if name.endswith(".json") else yaml.safe_dump
    path.write_text(dump(new), encoding="utf-8", errors="surrogateescape")
    check(folder, capsys, whole_list=name != "sweep.json")


@QUICK
@given(data=st.data())
def test_any_bytes_anywhere(data: st.DataObject, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = fresh(runs)
    files = sorted(path.relative_to(folder) for path in (folder / "bad").rglob("*") if path.is_file())
    path = folder / data.draw(st.sampled_from([*files, Path("sweep.json")]))
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content)
    check(folder, capsys, whole_list=path.name != "sweep.json")
