"""Mixtures on disk: checked as a whole before training, and written only below their folder."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.commands.train.conftest import write_bank
from tests.conftest import Start
from tests.robustness.command import Wsed
from tests.small_run import SIZES
from tests.warm import WarmServer

MIX = [word for word in SIZES if word.startswith(("mixing", "data.soundbank", "data.clips"))]
SMALL = [word for word in SIZES if word not in MIX]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory, warm_server: WarmServer) -> Path:
    """Twelve mixtures to train on and three to test on."""
    folder = tmp_path_factory.mktemp("written") / "work"
    folder.mkdir()
    Wsed(folder, warm_server).accepts("data", "mix", "mixed", *MIX)
    return folder / "mixed"


@pytest.fixture
def mixed(written: Path, tmp_path: Path) -> Path:
    """A copy of the mixtures that a test may damage."""
    return Path(shutil.copytree(written, tmp_path / "mixed"))


def train(root: Path) -> list[str]:
    return ["train", *SMALL, "data=mixed", f"data.root={root}", "logger=csv"]


def test_mixtures_that_are_right(wsed: Wsed, mixed: Path) -> None:
    wsed.accepts("data", "check", "data=mixed", f"data.root={mixed}", says="no problems")
    wsed.accepts(*train(mixed))


POPEN = {"_target_": "subprocess.Popen", "args": ["touch", "canary"]}

DESCRIPTIONS: dict[str, tuple[Any, str]] = {
    "a list": ([], "mix.json: labels is None"),
    "null": (None, "mix.json: labels is None"),
    "nothing": ({}, "mix.json: labels is None"),
    "a class to call": (POPEN, "mix.json: labels is None"),
    "labels of text": ({"labels": "bell"}, "mix.json: labels is 'bell'"),
    "no labels": ({"labels": []}, "mix.json: labels is []"),
    "numbers": ({"labels": [1, 2]}, "mix.json: labels is [1, 2]"),
    "twice": ({"labels": ["bell", "bell"]}, "mix.json: labels is ['bell', 'bell']"),
    "a reference": ({"labels": ["${oc.env:HOME}"]}, "mix.json: labels is ['${oc.env:HOME}']"),
    "a way out": ({"labels": ["../../bell"]}, "mix.json: labels is ['../../bell']"),
    "a mapping": ({"labels": POPEN}, "mix.json: labels is {'_target_'"),
    "mappings": ({"labels": [POPEN]}, "mix.json: labels is [{'_target_'"),
    "half a character": ({"labels": ["\ud800"]}, "mix.json: labels is ['\\ud800']"),
    "a long name": ({"labels": ["x" * 100000]}, "mix.json: labels is ['xxx"),
    "many": ({"labels": [str(number) for number in range(20000)]}, "mix.json: labels is ['0', '1'"),
    "rate 0": ({"sample_rate": 0}, "mix.json: sample_rate is 0; it must be 1000 to 1000000 Hz"),
    "rate true": ({"sample_rate": True}, "mix.json: sample_rate is True"),
    "rate nan": ({"sample_rate": float("nan")}, "mix.json: sample_rate is nan"),
    "rate text": ({"sample_rate": "16000"}, "mix.json: sample_rate is '16000'"),
    "rate a class": ({"sample_rate": POPEN}, "mix.json: sample_rate is {'_target_'"),
    "rate huge": ({"sample_rate": 10**400}, "mix.json: sample_rate is 1000"),
    "another rate": ({"sample_rate": 22050}, "has 16000 samples at 16000 Hz in 1 channels; it needs 16000 at 22050 Hz"),
    "another class": (
        {"labels": ["bell"]},
        "is not one of the classes of mix.json",
    ),
}
"""What changes in mix.json, or what replaces it; and what is said of it."""


@pytest.mark.parametrize("kind", DESCRIPTIONS)
@pytest.mark.parametrize("command", ["train", "check"])
def test_a_description_that_cannot_be_right(wsed: Wsed, mixed: Path, kind: str, command: str) -> None:
    value, said = DESCRIPTIONS[kind]
    path = mixed / "mix.json"
    if isinstance(value, dict) and value and value is not POPEN:
        value = {**json.loads(path.read_text()), **value}
    path.write_text(json.dumps(value))
    if command == "train":
        wsed.refuses(*train(mixed), says=said, leaves=["outputs*", "**/outputs/**"])
    else:
        ended = wsed.run("data", "check", "data=mixed", f"data.root={mixed}")
        assert ended.code in (1, 2)
        assert ended.kind != "traceback"
    assert not list(wsed.folder.rglob("canary"))


TEXTS: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "mix.json: is not JSON"),
    "half": ('{"labels": ["a"', "mix.json: is not JSON"),
    "depth": ("[" * 200000, "mix.json: is not JSON"),
    "bytes": (b"\xff\xfe\x00", "mix.json: is not text in UTF-8"),
    "size": (b" " * (2**24 + 1), "mix.json: has more than 16 MB"),
    "digits": ('{"labels": ["a"], "sample_rate": ' + "1" * 5000 + "}", "mix.json: is not JSON"),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_description_that_is_no_json(wsed: Wsed, mixed: Path, kind: str) -> None:
    text, said = TEXTS[kind]
    (mixed / "mix.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    wsed.refuses(*train(mixed), says=said)


def event(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda plan: plan["events"][0].update({name: value})


def field(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda plan: plan.update({name: value})


PLANS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "samples": (field("samples", 10**12), "samples: Input should be less than"),
    "many samples": (field("samples", 10**9), "samples, the first has"),
    "no samples": (field("samples", 0), "samples: Input should be greater than"),
    "text for samples": (field("samples", "16000"), "samples: Input should be a valid integer"),
    "a class to call": (field("samples", POPEN), "samples: Input should be a valid integer"),
    "name up": (field("filename", "../../../etc/passwd.wav"), "leave out the slashes"),
    "absolute name": (field("filename", "/etc/passwd.wav"), "leave out the slashes"),
    "backslashes": (field("filename", "..\\x.wav"), "leave out the slashes"),
    "name of dots": (field("filename", "...wav"), "filename is '...wav'"),
    "no name": (field("filename", ".wav"), "filename is '.wav'"),
    "empty name": (field("filename", ""), "filename: String should have at least 1 character"),
    "another suffix": (field("filename", "a.flac"), "filename is 'a.flac'; it must be a name with .wav"),
    "line break": (field("filename", "a\nb.wav"), "cannot be the name of a file"),
    "zero byte": (field("filename", "a\0.wav"), "cannot be the name of a file"),
    "long name": (field("filename", "x" * 10**6 + ".wav"), "filename: String should have at most 1000 characters"),
    "name twice": (field("filename", "train-0-000001.wav"), "train-0-000001.wav is there twice"),
    "gone": (field("filename", "train-0-999999.wav"), "train-0-999999.wav: does not exist"),
    "onset": (event("onset", 10**9), "events.0: ends after the 16000 samples"),
    "negative onset": (event("onset", -1), "events.0.onset: Input should be greater than"),
    "nan onset": (event("onset", float("nan")), "events.0.onset: Input should be a"),
    "length": (event("samples", 16001), "events.0: ends after the 16000 samples"),
    "unknown class": (event("label", "dog"), "'dog' is not one of the classes of mix.json"),
    "class up": (event("label", "../../x"), "'../../x' is not one of the classes of mix.json"),
    "class list": (event("label", ["gunshot"]), "events.0.label: Input should be a valid string"),
    "infinite ratio": (event("event_to_background_ratio", float("inf")), "events.0.event_to_background_ratio: "),
    "nan ratio": (event("event_to_background_ratio", float("nan")), "events.0.event_to_background_ratio: "),
    "no perturbation": (event("perturbation", None), "events.0.perturbation: Input should be"),
    "speed": (event("perturbation", {"speed": 0, "gains": []}), "events.0.perturbation.speed: Input should be greater"),
    "no events": (lambda plan: plan.pop("events"), "events: Field required"),
    "events of text": (field("events", "none"), "events: Input should be a valid"),
}


@pytest.mark.parametrize("kind", PLANS)
def test_a_plan_that_cannot_be_right(wsed: Wsed, mixed: Path, kind: str) -> None:
    change, said = PLANS[kind]
    table = mixed / "train" / "plan.jsonl"
    plans = [json.loads(line) for line in table.read_text().splitlines()]
    number = next(number for number, plan in enumerate(plans) if plan["events"] and number != 1)
    change(plans[number])
    table.write_text("\n".join(map(json.dumps, plans)) + "\n")
    ended = wsed.run("data", "check", "data=mixed", f"data.root={mixed}", "--json")
    assert ended.code == 1, ended
    assert any(said in problem for problem in json.loads(ended.out)["problems"])
    wsed.refuses(*train(mixed), says=[said], leaves=["outputs*", "**/outputs/**"])


TABLES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "plan.jsonl, row 1: : Invalid JSON"),
    "depth": (b"[" * 100000, "row 1: : Invalid JSON: recursion limit exceeded"),
    "a list": (b"[]", "row 1: : Input should be"),
    "bytes": (b"\xff", "plan.jsonl: is not text in UTF-8"),
    "an array": (b"[1, 2]\n", "row 1: : Input should be"),
    "digits": (b'{"samples": ' + b"1" * 100000 + b"}", "row 1: "),
}


@pytest.mark.parametrize("kind", TABLES)
def test_plans_that_are_no_plans(wsed: Wsed, mixed: Path, kind: str) -> None:
    content, said = TABLES[kind]
    (mixed / "test" / "plan.jsonl").write_bytes(content)
    wsed.refuses(*train(mixed), says=said, leaves=["outputs*", "**/outputs/**"])


def test_plans_of_gigabytes(wsed: Wsed, mixed: Path) -> None:
    os.truncate(mixed / "train" / "plan.jsonl", 2**40)
    wsed.refuses(*train(mixed), says="plan.jsonl: has more than 256 MB", leaves=["outputs*", "**/outputs/**"])


def replaced(make: Callable[[Path], object]) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        path.unlink()
        make(path)

    return change


def sound(samples: int, rate: int = 16000, channels: int = 1) -> Callable[[Path], object]:
    return lambda path: soundfile.write(path, np.full((samples, channels), 0.1), rate)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (Path.unlink, "does not exist"),
    "pipe": (replaced(os.mkfifo), "is a pipe, not a file"),
    "device": (replaced(lambda path: path.symlink_to("/dev/zero")), "is a device, not a file"),
    "link to nothing": (replaced(lambda path: path.symlink_to("gone.wav")), "is a link to nothing"),
    "no audio": (replaced(lambda path: path.symlink_to("/etc/passwd")), "is not audio"),
    "cut": (lambda path: os.truncate(path, path.stat().st_size // 2), "is truncated"),
    "empty": (lambda path: os.truncate(path, 0), "is empty"),
    "short": (sound(15999), "has 15999 samples at 16000 Hz in 1 channels; it needs 16000 at 16000 Hz"),
    "long": (sound(16001), "has 16001 samples"),
    "stereo": (sound(16000, channels=2), "in 2 channels"),
    "rate": (sound(16000, 8000), "at 8000 Hz"),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("place", ["train/audio", "test/audio", "test/sources"])
def test_a_file_that_differs_from_its_plan(wsed: Wsed, mixed: Path, kind: str, place: str) -> None:
    change, said = FILES[kind]
    path = sorted((mixed / place).rglob("*.wav"))[-1]
    change(path)
    wsed.refuses(*train(mixed), says=[path.name, said], leaves=["outputs*", "**/outputs/**"])


def test_every_damaged_file_is_listed(wsed: Wsed, mixed: Path) -> None:
    names = sorted((mixed / "train" / "audio").iterdir())[: len(FILES)]
    for path, (change, _) in zip(names, FILES.values(), strict=True):
        change(path)
    samples = np.full(16000, np.nan, np.float32)
    source = next((mixed / "train" / "sources").rglob("*.wav"))
    soundfile.write(source, samples, 16000, subtype="FLOAT")
    ended = wsed.run("data", "check", "data=mixed", f"data.root={mixed}", "--json")
    assert ended.code == 1, ended
    problems = json.loads(ended.out)["problems"]
    assert len(problems) == len(FILES) + 1
    for path, (_, said) in zip(names, FILES.values(), strict=True):
        assert any(f"{path}: " in problem and said in problem for problem in problems)
    assert any(f"{source}: has samples that are not finite" in problem for problem in problems)


def test_mixtures_without_a_test_split(wsed: Wsed, mixed: Path) -> None:
    shutil.rmtree(mixed / "test")
    wsed.refuses(*train(mixed), says="the test split has no data", leaves=["outputs*", "**/outputs/**"])
    ended = wsed.run("data", "check", "data=mixed", f"data.root={mixed}")
    assert ended.code == 1
    assert "plan.jsonl: does not exist" in ended.out


CLASSES = {
    "../../../../PWNED": "leave out the slashes",
    "..": "leads out of its folder",
    "/tmp/PWNED": "leave out the slashes",
    "a\\b": "leave out the slashes",
    "x" * 254: "has more than 200 bytes",
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_that_leaves_the_folder(wsed: Wsed, tmp_path: Path, name: str) -> None:
    bank = write_bank(tmp_path / "bank")
    sizes = [word for word in MIX if not word.startswith("data.soundbank")]
    words = ["data=folder", f"data.root={bank}", *sizes, f"data.labels=['{name}']"]
    wsed.refuses("data", "mix", "out/mixed", *words, says=CLASSES[name])


REFUSED: dict[str, tuple[list[str], str]] = {
    "a disk that is too small": (["data.clips={train: 9000000, val: 0, test: 1}"], "GB are free"),
    "a folder that is there": (["mixed=."], "exists"),
    "below a file": (["mixed=file/mixed"], "cannot be written (Not a directory)"),
    "a long name": (["mixed=" + "x" * 300], "cannot be written (File name too long)"),
    "a link to nothing": (["mixed=link"], "exists"),
    "below a device": (["mixed=/dev/null/mixed"], "cannot be written"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_folder_that_cannot_be_written(wsed: Wsed, kind: str) -> None:
    words, said = REFUSED[kind]
    (wsed.folder / "file").touch()
    (wsed.folder / "link").symlink_to("nowhere")
    folders = [word.removeprefix("mixed=") for word in words if word.startswith("mixed=")]
    overrides = [word for word in words if not word.startswith("mixed=")]
    wsed.refuses("data", "mix", *(folders or ["new/parents/mixed"]), *MIX, *overrides, says=said)


@pytest.mark.slow
def test_an_interrupt_leaves_nothing(tmp_path: Path, start: Start) -> None:
    command = ["data", "mix", "new/mixed", "mixing.duration=1.0"]
    overrides = ["data.soundbank.recordings=4", "data.clips={train: 100000, val: 0, test: 3}"]
    work = tmp_path / "work"
    work.mkdir()
    started = start(*command, *overrides, folder=work)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list(work.rglob("*.wav")):
        time.sleep(0.05)
    assert list(work.rglob("*.wav"))
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=60)
    assert started.returncode != 0
    assert "Traceback" not in err
    assert not list(work.iterdir())
