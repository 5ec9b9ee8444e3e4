"""Run folders in which any value has any type and any file any bytes: reports go on, and only UserError is raised."""

import json
import shutil
import warnings
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.robustness.conftest import Search
from tests.robustness.mutations import CANARY, damaged_bytes, damaged_values, read, write
from tests.robustness.run_folders import make_run
from wsed.__main__ import main
from wsed.sweeps.state import run_states

DOCUMENTS = ("status.json", "results.json", "config.yaml", "postprocessing.json", "sweep.json")
NAMES = ("bad", "good")

FEW = 25
"""Number of inputs of each test."""


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
    assert not list(folder.parent.rglob(CANARY))
    assert not Path(CANARY).exists()


def test_any_type_anywhere(search: Search, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def attempt(drawn: tuple[str, st.DataObject]) -> None:
        name, data = drawn
        folder = fresh(runs)
        # Figures of examples take long, and these documents do not change them.
        (folder / "bad" / "predictions" / "examples.npz").unlink()
        path = folder / name if name == "sweep.json" else folder / "bad" / name
        write(path, data.draw(damaged_values(read(path))))
        check(folder, capsys, whole_list=name != "sweep.json")

    search(st.tuples(st.sampled_from(DOCUMENTS), st.data()), attempt, FEW)


def test_any_bytes_anywhere(search: Search, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def attempt(data: st.DataObject) -> None:
        folder = fresh(runs)
        files = sorted(path.relative_to(folder) for path in (folder / "bad").rglob("*") if path.is_file())
        path = folder / data.draw(st.sampled_from([*files, Path("sweep.json")]))
        path.write_bytes(data.draw(damaged_bytes(path.read_bytes())))
        check(folder, capsys, whole_list=path.name != "sweep.json")

    search(st.data(), attempt, FEW)
