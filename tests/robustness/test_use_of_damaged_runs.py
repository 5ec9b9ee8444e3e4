"""`wsed evaluate`, `wsed fuse` and `wsed train` on run folders that are damaged."""

import json
import shutil
from pathlib import Path

import pytest

from tests.robustness.command import Wsed
from tests.robustness.run_folders import Spoil, change, folder, link, pipe, sparse, without, write
from tests.small_run import SEPARATED
from tests.warm import WarmServer

WORDS = [*SEPARATED, "evaluation.draws=0", "metrics=[clip_based]"]

FILES: dict[str, tuple[str, Spoil, str]] = {
    "no JSON for a status": ("status.json", write("{"), "status.json: is not JSON; remove this folder"),
    "a blue status": ("status.json", change(status="blue"), "status is 'blue'"),
    "a status that is a pipe": ("status.json", pipe, "is a pipe, not a file"),
    "a status that is a device": ("status.json", link("/dev/zero"), "is a link out of its folder"),
    "another run's status and no config": ("config.yaml", write("a: ["), "config.yaml: is not YAML"),
    "a config with aliases": ("config.yaml", write("a: &a [1]\nb: *a"), "config.yaml: has aliases"),
    "a config that is a list": ("config.yaml", write("[]"), "config.yaml: does not hold a mapping"),
    "a config that is a folder": ("config.yaml", folder, "config.yaml"),
    "a config without end": ("config.yaml", sparse(10**12), "config.yaml: has more than 512 KB"),
    "a config of another test": ("config.yaml", change(test="worst"), "test is 'worst'"),
    "a config without data": ("config.yaml", without("data"), "config.yaml: has no data"),
    "a config whose data are text": ("config.yaml", change(data="generated"), "data is 'generated'"),
    "a config whose metrics are a list": ("config.yaml", change(metrics=[1]), "metrics is [1]"),
    "post-processing that is a list": ("postprocessing.json", write("[1]"), "does not hold a mapping"),
    "post-processing without class": ("postprocessing.json", write("{}"), "has no _target_"),
    "post-processing with a class of 7": ("postprocessing.json", write('{"_target_": 7}'), "_target_ is 7"),
    "post-processing of nan": ("postprocessing.json", change(threshold=float("nan")), "has the number NaN"),
    "post-processing that is a pipe": ("postprocessing.json", pipe, "is a pipe, not a file"),
    "no checkpoint": ("checkpoints/last.ckpt", Path.unlink, "has no checkpoint yet"),
    "a checkpoint that is a pipe": ("checkpoints/last.ckpt", pipe, "has no checkpoint yet"),
}
STATUS = [name for name, (file, _, _) in FILES.items() if file == "status.json"]
READ_BY_INFERENCE = [name for name, (file, _, _) in FILES.items() if file != "status.json"]
OTHER_DATA = ["data.batch_size=3"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, warm_server: WarmServer) -> Path:
    """A run that has really been trained."""
    work = tmp_path_factory.mktemp("trained") / "work"
    work.mkdir()
    Wsed(work, warm_server).accepts("train", *WORDS, "hydra.run.dir=run")
    return work / "run"


@pytest.fixture
def run(wsed: Wsed, trained: Path) -> Path:
    """A copy of that run, to spoil."""
    shutil.copytree(trained, wsed.folder / "run")
    return wsed.folder / "run"


@pytest.mark.parametrize("case", READ_BY_INFERENCE)
def test_inference(wsed: Wsed, run: Path, trained: Path, case: str) -> None:
    file, spoil, says = FILES[case]
    spoil(run / file)
    wsed.refuses("evaluate", "--checkpoint", "run", says=[says, "; "])
    wsed.refuses("fuse", "run", str(trained), "--output", "fused", says=[says, "; "])


@pytest.mark.parametrize("choice", [7, "../../x", "a b", "[a,b]", "x,y", "$" + "{x}", "none"])
def test_a_choice_that_is_none(wsed: Wsed, run: Path, choice: object) -> None:
    change(choices={"data": choice})(run / "results.json")
    wsed.refuses("evaluate", "--checkpoint", "run", *OTHER_DATA, says="data")


@pytest.mark.parametrize("case", STATUS)
def test_training_again(wsed: Wsed, run: Path, case: str) -> None:
    _, spoil, says = FILES[case]
    spoil(run / "status.json")
    wsed.refuses("train", *WORDS, "hydra.run.dir=run", says=[says, "run/status.json: ", "; remove this folder"])
    wsed.refuses("train", *WORDS, "hydra.run.dir=run", "seed=2", says=[says])


def test_another_run_in_a_folder_with_a_damaged_config(wsed: Wsed, run: Path) -> None:
    write("[")(run / "config.yaml")
    wsed.refuses("train", *WORDS, "hydra.run.dir=run", "seed=2", says="config.yaml: is not YAML")


def test_snapshots_of_no_epoch(wsed: Wsed, run: Path, trained: Path) -> None:
    for name in ("epoch-x.ckpt", "epoch-.ckpt", "epoch--1.ckpt"):
        shutil.copy(run / "checkpoints" / "last.ckpt", run / "checkpoints" / name)
    wsed.accepts("fuse", "run", str(trained), "--output", "fused")


def test_a_sweep_with_a_damaged_run(wsed: Wsed) -> None:
    words = ["train", "-m", *WORDS, "hydra.sweep.dir=sweep", "seed=1,2"]
    wsed.accepts(*words)
    first, second = sorted(path for path in (wsed.folder / "sweep").iterdir() if path.is_dir())
    write("[]")(second / "results.json")
    says = f"sweep/{second.name}/results.json: does not hold a mapping; "
    done = wsed.run(*words)
    assert (done.code, done.kind) == (1, "one line")
    assert f"wsed: {says}" in done.err
    # The comparison goes on without the damaged run.
    assert f"{second.name} damaged: {says}" in done.out
    assert (wsed.folder / "sweep" / "index.html").is_file()
    # That run now counts as failed, so that it is tested again.
    wsed.accepts(*words)
    assert "metrics" in json.loads((second / "results.json").read_text())
    write("[]")(first / "status.json")
    wsed.refuses(*words, says=f"{first.name}/status.json: does not hold a mapping; ")
    (wsed.folder / "sweep" / "sweep.json").write_text('["../../x"]')
    shutil.rmtree(first)
    wsed.refuses(*words, says="sweep.json: '../../x' cannot be the name of a file", leaves=["*.lock"])
