"""`wsed detect`, `separate`, `tune`, `export` and `train init=` on hostile models and recordings."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from tests.robustness.command import Wsed
from tests.robustness.run_folders import Spoil, link, listening_socket, pipe, sparse, write
from tests.robustness.test_last_checkpoint import Evil
from tests.small_run import SMALL
from tests.warm import WarmServer

WORDS = [*SMALL, "evaluation.draws=0", "hydra.run.dir=run"]
CHECKPOINT = "run/checkpoints/last.ckpt"

USES = {
    "detect": ["detect", "run", "a.wav", "--output", "out"],
    "separate": ["separate", "run", "a.wav", "--output", "out"],
    "export": ["export", "run", "--format", "torch", "--output", "out.pt"],
    "tune": ["tune", "run", "--output", "out.ckpt"],
    "init": ["train", *SMALL, "hydra.run.dir=new", "init=run"],
}


def terabyte(path: Path) -> None:
    path.touch()
    os.truncate(path, 10**12)


Change = Callable[[dict[str, Any]], object]


def card(**values: Any) -> Change:
    return lambda content: content["card"].update(values)


def described(**values: Any) -> Change:
    return lambda content: content["card"]["postprocessing"].update(values)


CONTENTS: dict[str, tuple[Change, str]] = {
    "no card": (lambda content: content.pop("card"), "has no card of a model"),
    "a card that is a list": (lambda content: content.update(card=[1]), "has no card of a model"),
    "clips without end": (card(clip_seconds=float("inf")), "clip_seconds in the card"),
    "clips of no length": (card(clip_seconds=0.0), "clip_seconds in the card"),
    "a licence of a megabyte": (card(licence="x" * 2**20), "licence in the card"),
    "a class of others": (described(_target_="os.system", command="touch canary"), "os.system"),
    "a network as post-processing": (described(_target_="wsed.networks.mlp.Mlp"), "wsed.networks.mlp.Mlp"),
    "a threshold of nan": (described(threshold=float("nan")), "threshold"),
    "thresholds of other classes": (described(threshold={"alarm": 0.5}), "threshold: has no value for"),
    "an unknown argument": (described(colour="red"), "colour"),
}

FILES: dict[str, tuple[Spoil, str]] = {
    "no checkpoint": (Path.unlink, "has no checkpoint yet"),
    "a pipe": (pipe, "has no checkpoint yet"),
    "a device": (link("/dev/zero"), "has no checkpoint yet"),
    "text": (write("weights"), "last.ckpt"),
    "zeros": (sparse(10**6), "last.ckpt"),
}

AUDIO: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "does not exist"),
    "empty": (Path.touch, "is empty"),
    "text": (write("do re mi"), "is not audio"),
    "a pipe": (os.mkfifo, "is a pipe"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is a device"),
    "a socket": (listening_socket, "is a socket"),
    "a link to itself": (lambda path: path.symlink_to(path), "symbolic links"),
    "a page": (write("<script>alert(1)</script>"), "is not audio"),
    "a terabyte of nothing": (terabyte, "more than 256 GB"),
    "not finite": (lambda path: soundfile.write(path, np.full(99, np.nan), 8000, "FLOAT", format="WAV"), "not finite"),
}

NAMES = ["b\n.wav", "\x1b[31m.wav", "%s.wav", "-n.wav", "a" * 240 + ".wav", "\u202egnp.wav", "<b>.wav", ".wav"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, warm_server: WarmServer) -> Path:
    """A folder with a trained run and a recording."""
    work = tmp_path_factory.mktemp("trained") / "work"
    work.mkdir()
    Wsed(work, warm_server).accepts("train", *WORDS)
    soundfile.write(work / "a.wav", np.random.default_rng(0).normal(0, 0.1, 30000), 16000)
    return work


@pytest.fixture
def here(wsed: Wsed, trained: Path) -> Path:
    """The folder of the commands, with copies of both."""
    shutil.copytree(trained, wsed.folder, dirs_exist_ok=True)
    return wsed.folder


@pytest.mark.parametrize("case", CONTENTS)
@pytest.mark.parametrize("use", ["detect", "separate", "export", "tune"])
def test_cards(wsed: Wsed, here: Path, use: str, case: str) -> None:
    change, says = CONTENTS[case]
    content = torch.load(here / CHECKPOINT, weights_only=True)
    change(content)
    torch.save(content, here / CHECKPOINT)
    wsed.refuses(*USES[use], says=[f"{CHECKPOINT}: ", says])
    assert not (here / "canary").exists()


@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize("use", USES)
def test_checkpoints(wsed: Wsed, here: Path, use: str, case: str) -> None:
    spoil, says = FILES[case]
    spoil(here / CHECKPOINT)
    wsed.refuses(*USES[use], says=[says, "; "])


@pytest.mark.parametrize("use", USES)
def test_code_in_a_checkpoint_is_not_run(wsed: Wsed, here: Path, use: str) -> None:
    content = torch.load(here / CHECKPOINT, weights_only=True)
    torch.save({**content, "more": Evil(here / "canary")}, here / CHECKPOINT)
    wsed.refuses(*USES[use], says="last.ckpt: ")
    assert not (here / "canary").exists()


@pytest.mark.parametrize("model", ["", ".", "/dev/null", "a.wav", "none.ckpt", "none.onnx", "a.wav\n", "x.pt"])
def test_models_that_are_none(wsed: Wsed, here: Path, model: str) -> None:
    for name in ("detect", "separate"):
        wsed.refuses(name, model, "a.wav", "--output", "out", says="; ")


@pytest.mark.parametrize("text", ["", "onnx", "\x08\x07\x12\x04wsed" * 1000])
def test_exports_that_are_none(wsed: Wsed, here: Path, text: str) -> None:
    (here / "model.onnx").write_text(text)
    wsed.refuses("detect", "model.onnx", "a.wav", says=["model.onnx: ", "; "])


@pytest.mark.parametrize("case", AUDIO)
@pytest.mark.parametrize("name", ["detect", "separate"])
def test_recordings(wsed: Wsed, here: Path, name: str, case: str) -> None:
    make, says = AUDIO[case]
    make(here / "bad.wav")
    done = wsed.run(name, "run", "bad.wav", "a.wav", "--output", "out")
    assert (done.code, done.kind) == (1, "one line"), done.err
    assert says in next(line for line in done.err.splitlines() if line.startswith("wsed: ")), done.err
    assert "1 recording, " in done.err
    assert not [path for path in (here / "out").rglob("*") if "bad" in path.name]


@pytest.mark.parametrize("text", NAMES)
def test_names_never_leave_the_folder(wsed: Wsed, here: Path, text: str) -> None:
    folder = here / "audio" / "deep"
    folder.mkdir(parents=True)
    shutil.copy(here / "a.wav", folder / text)
    before = {path for path in wsed.folder.parent.rglob("*") if "out" not in path.parts}
    every = "tsv,audacity,raven,jsonl,textgrid"
    for words in (["detect", "--format", every], ["separate"]):
        done = wsed.run(words[0], "run", "audio", "--output", "out", *words[1:])
        assert done.kind in {"handled", "one line"}, done.err
        # Nothing that a terminal obeys.
        assert not {"\x1b", "\u202e"} & set(done.err + done.out)
    assert {path for path in wsed.folder.parent.rglob("*") if "out" not in path.parts} == before | {
        wsed.folder.parent / "stdout",
        wsed.folder.parent / "stderr",
    }


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--threshold", "nan"], "threshold"),
        (["--threshold", "2"], "threshold"),
        (["--threshold", "x"], "threshold"),
        (["--classes", ""], "class"),
        (["--classes", "alarm"], "alarm"),
        (["--classes", "\x1b[31m"], "class"),
        (["--device", "abacus"], "abacus"),
        (["--device", "cuda:99"], "cuda"),
        (["--output", "a.wav"], "a.wav"),
        (["--output", "a.wav/out"], "a.wav"),
    ],
)
@pytest.mark.parametrize("name", ["detect", "separate"])
def test_options(wsed: Wsed, here: Path, name: str, words: list[str], says: str) -> None:
    output = [] if "--output" in words else ["--output", "out"]
    wsed.refuses(name, "run", "a.wav", *output, *words, says=says)


@pytest.mark.parametrize("journal", ["[", "7\n", '{"a": 1}\n', '{"name": "../../x", "options": "y"}\n', "\0" * 99])
def test_a_damaged_journal(wsed: Wsed, here: Path, journal: str) -> None:
    wsed.accepts("detect", "run", "a.wav", "--output", "out")
    (here / "out" / "finished.jsonl").write_text(journal)
    done = wsed.run("detect", "run", "a.wav", "--output", "out")
    assert done.kind in {"handled", "one line"}, done.err
    assert done.code in {0, 2}
