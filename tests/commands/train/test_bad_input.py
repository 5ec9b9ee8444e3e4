"""What a user's mistake gets: one line that names it, exit code 2, and nothing written."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.small_run import SMALL
from wsed.__main__ import main

Train = Callable[..., tuple[int, str, str]]

COMMANDS = {
    "poling=gap": ["poling", "Did you mean pooling?"],
    "pooling=gwp": ["pooling=gwp", "gmp", "Did you mean gwrp?"],
    "network.drpout=0.1": ["network.drpout", "Did you mean network.dropout?"],
    "data.folds.trn=[1]": ["data.folds.trn", "Did you mean data.folds.train?"],
    "+speed=3": ["speed", "nothing reads this key"],
    "+optimizer.momentum=3": ["optimizer.momentum", "Adam has no such argument"],
    "test=first": ["test", "'first'", "last or best"],
    "monitor_mode=high": ["monitor_mode", "'high'", "max or min"],
    "keep_every=often": ["keep_every", "'often'", "a whole number from 0"],
    "keep_first=-1": ["keep_first", "-1", "a whole number from 0"],
    "data.clips.train=null": ["data.clips.train", "is null", "set one"],
    "features.window=hanning": ["features.window", "'hanning'", "hamming or hann"],
    "seed=abc": ["seed", "'abc'", "a whole number from 0"],
    "seed=1,2": ["seed=1,2", "add -m"],
    "seed=[1": ["seed=[1", "cannot be parsed"],
    "data.labels=[gunshoot]": ["gunshoot", "Did you mean gunshot?"],
    "data.folds.test=[9]": ["data.folds.test", "fold 9 does not exist"],
    "data.folds.test=[1]": ["both train and test", "data.folds.test"],
    "data.folds.train=[]": ["the train split has no data", "data.folds.train"],
    "data.clips.test=0": ["the test split has no data", "data.clips.test"],
    "mixing.shares={background: 0, event: 0, mixture: 0}": ["mixing.shares"],
    "mixing.second_event=2": ["mixing.second_event", "a number from 0 to 1"],
    "mixing.excerpt=[0]": ["mixing.excerpt", "a list of 2 numbers"],
    "loss.weights.clip_bce=0": ["loss.weights", "nothing to train"],
    "pooling.decay=1.5": ["pooling.decay: is 1.5; it needs a number from 0 to 1"],
}


def is_one_line(err: str) -> bool:
    return len(err.splitlines()) == 1 and err.startswith("wsed: ")


@pytest.mark.parametrize("words", COMMANDS)
def test_a_mistake_in_the_command(train: Train, words: str) -> None:
    code, _, err = train(words)
    assert code == 2
    assert is_one_line(err), err
    assert all(part in err for part in COMMANDS[words]), err
    assert not list(Path().rglob("results.json"))


def of_folder(root: Path) -> list[str]:
    return ["train", "data=folder", f"data.root={root}", *[word for word in SMALL if "recordings" not in word]]


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:2000])


def silence(path: Path) -> None:
    soundfile.write(path, np.zeros(8000), 16000)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (truncate, "is truncated"),
    "empty": (lambda path: path.write_bytes(b""), "is empty"),
    "silent": (silence, "is silent"),
    "not audio": (lambda path: path.write_text("not a sound at all"), "is not audio"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_used(kind: str, bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil, said = FILES[kind]
    spoilt = bank / "foreground" / "bell" / "2.wav"
    spoil(spoilt)
    assert main(of_folder(bank)) == 2
    err = capsys.readouterr().err
    assert is_one_line(err), err
    assert err.startswith(f"wsed: {spoilt}: {said}")
    assert not list(Path().rglob("results.json"))


def test_a_class_without_recordings_in_a_split(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for index in range(1, 4):
        (bank / "foreground" / "bark" / f"{index}.wav").unlink()
    assert main(of_folder(bank)) == 2
    err = capsys.readouterr().err
    assert is_one_line(err), err
    assert "class bark has no recordings in the test split" in err


def test_a_root_that_is_not_given(capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for word in SMALL if "recordings" not in word]
    assert main(["train", "data=esc10", *words]) == 2
    assert capsys.readouterr().err == "wsed: data.root is not set; add data.root=... to the command\n"


def test_a_root_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(of_folder(Path("nowhere"))) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_root_without_the_expected_files(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bare").mkdir()
    words = [word for word in SMALL if "recordings" not in word]
    for choice, expected in {"folder": "foreground", "esc10": "meta.csv", "mixed": "mix.json"}.items():
        shown = [word for word in words if not (choice == "mixed" and word.startswith(("data.clips", "mixing")))]
        assert main(["train", f"data={choice}", "data.root=bare", *shown]) == 2
        err = capsys.readouterr().err
        assert is_one_line(err), err
        assert expected in err


def test_a_folder_of_sounds_trains(bank: Path) -> None:
    assert main([*of_folder(bank), "hydra.run.dir=run"]) == 0
    assert Path("run/results.json").is_file()


def test_subcommands(capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in {
        ("trian",): "Did you mean train?",
        ("data", "mux"): "use one of mix",
        ("data", "mix"): "needs the folder",
    }.items():
        assert main(list(words)) == 2
        err = capsys.readouterr().err
        assert is_one_line(err)
        assert said in err


@pytest.mark.parametrize(
    ("mode", "said"), [("sideways", "Input should be 'online', 'offline'"), ("online", "No API key configured")]
)
def test_what_wandb_refuses_is_said_in_one_line(
    mode: str, said: str, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", mode)
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    # Where no earlier login is found.
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    code, _, err = train("hydra.run.dir=run", "logger=wandb")
    assert code == 2
    lines = [line for line in err.splitlines() if line.startswith("wsed: ")]
    assert len(lines) == 1
    assert lines[0].startswith(f"wsed: W&B, WANDB_MODE={mode}: {said}")
    assert "Traceback" not in err
    assert not list(Path().rglob("*.wandb"))
