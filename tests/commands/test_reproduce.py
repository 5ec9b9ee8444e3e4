"""`wsed reproduce`: a small reproduction that is killed and goes on, and mistakes."""

import json
import time
from pathlib import Path

import pytest

from tests.conftest import Start
from wsed.__main__ import main

SMALL = [
    "data.soundbank.recordings=4",
    "data.clips={train: 12, val: 0, test: 4}",
    "trainer.max_epochs=1",
    "evaluation.draws=50",
    "logger=csv",
    "launcher=serial",
]


@pytest.mark.slow
def test_a_reproduction_that_is_killed_goes_on(tmp_path: Path, start: Start) -> None:
    folder = tmp_path / "outputs" / "reproduce" / "jsc-quick-generated"
    killed = start("reproduce", "jsc", *SMALL, folder=tmp_path)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and len(list(folder.glob("*/results.json"))) < 2:
        time.sleep(0.1)
    killed.kill()
    done = {path: path.stat().st_mtime_ns for path in folder.glob("*/results.json")}
    assert len(done) >= 2
    assert not (folder / "reproduction.md").exists()
    said, _ = (second := start("reproduce", "jsc", *SMALL, folder=tmp_path)).communicate(timeout=600)
    assert second.returncode == 0
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert len(list(folder.glob("*/results.json"))) == 12
    page = (folder / "reproduction.md").read_text()
    assert "| GWRP | 8.08 | " in page
    assert "these data stand in for it" in page
    assert page.startswith(said[said.index("# Joint") :].partition("\noutputs/")[0].rstrip())
    assert (folder / "masks.svg").read_text().startswith("<?xml")
    verdicts = json.loads((folder / "verdicts.json").read_text())
    assert {verdict["outcome"] for verdict in verdicts} <= {"holds", "fails", "undecided", "not tested"}
    assert [verdict["outcome"] for verdict in verdicts if "ideal" in verdict["claim"]] == ["holds"]


@pytest.mark.slow
def test_means_over_epochs_and_over_systems(tmp_path: Path, start: Start) -> None:
    words = ["gated_crnn", "--seeds", "1", "mixing.duration=1", "mixing.onsets=[[0,0],[0,0]]", "trainer.max_epochs=2"]
    small = [*words, "data.batch_size=6", "trainer.limit_train_batches=1", "keep_first=1", "mixing.event_duration=0.5"]
    command = ["reproduce", *small, *(word for word in SMALL if "max_epochs" not in word)]
    said, _ = (first := start(*command, folder=tmp_path)).communicate()
    assert first.returncode == 0
    folder = tmp_path / "outputs" / "reproduce" / "gated_crnn-quick-generated"
    (fused,) = (folder / "means").glob("fusion,*/results.json")
    members = json.loads(fused.read_text())["members"]
    assert [len(epochs) for epochs in members.values()] == [2, 2]
    assert "| fusion of both | 57.7 | " in said
    assert {path.name for path in folder.glob("*.svg")} == {"localisation.svg", "tagging.svg"}
    before = fused.stat().st_mtime_ns
    assert start(*command, folder=tmp_path).wait() == 0
    assert fused.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["jcs"], "jcs: is no paper; the papers are gated_crnn, jsc, mtl, strong_weak. Did you mean jsc?"),
        (["jsc", "mtl"], "mtl: is not KEY=VALUE; name one paper, then overrides"),
        (["jsc", "seed=3"], "seed=3: is set by the reproduction; change the number of seeds with --seeds"),
        (["jsc", "--seeds", "0"], "--seeds 0: is below 1; give at least 1, and 3 for verdicts"),
        (["jsc", "data=esc10"], "data.root is not set; add data.root=... to the command"),
        (["jsc", "data=esc1"], "esc1"),
        (["jsc", "optimizer.rl=1"], "optimizer.rl: there is no such key. Did you mean optimizer.lr?"),
    ],
)
def test_mistakes(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce", *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_commands_of_a_paper(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "jsc", "--scale", "paper", "--commands", "data=rare_events", "data.root=RARE"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "wsed train data=rare_events experiment=dnn data.root=RARE seed=1",
        *(
            f"wsed train data=rare_events experiment=jsc_published pooling={pooling} data.root=RARE seed=1"
            for pooling in ("gmp", "gap", "gwrp")
        ),
    ]
