"""Every command of the README runs as it is written there, on small data and for a step or two."""

import glob
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.commands.train.conftest import write_bank
from tests.data import miniature_corpora as corpora
from tests.small_run import SMALL
from wsed.__main__ import main

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "README.md").read_text().replace("\\\n", " ")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
"""The language of each block of code, and its lines."""
COMMANDS = [
    line.split("  #")[0].strip()
    for language, block in BLOCKS
    if language in ("", "sh", "bash")
    for line in block.splitlines()
    if line.strip() and not line.startswith("#")
]

NOT_RUN = {
    "make demo": "runs its `wsed train -m experiment=demo`, which is run here, in full",
    "make test": ".ci/run runs it",
    "wsed demo": "serves until it is stopped; tests/commands/recordings/test_demo.py does both",
    "docker run": "tests/docker/build.sh runs a container, by hand",
    "apptainer run": "needs Apptainer; the recipe was built by hand, see docker/README.md",
    "launcher=slurm": "tests/commands/slurm submits such jobs to a real Slurm in .ci/run",
}
"""What marks a command that is not run here, and where it is run instead."""

STEP = [
    "trainer.max_epochs=1",
    "runtime.progress_bar=false",
    "precision=32-true",
    "data.batch_size=2",
    "evaluation.draws=0",
    "logger=csv",
]
SHORT = "mixing.duration=1.0"
FEW = "data.clips={train: 4, val: 0, test: 2}"
SMALLER: dict[str, list[str]] = {
    "--help": [],
    "data=mixed": STEP,
    "sweeper=optuna": [*STEP, SHORT, "data.clips={train: 4, val: 2, test: 2}", "sweeper.trials=2"],
    "sweep=jsc_pooling": [*STEP, SHORT, FEW, "seed=1"],
    "init=RUN": [*STEP, FEW, "network.widths=[4]"],
    "wsed reproduce": [*STEP, SHORT, FEW, "launcher=serial", "--seeds", "1"],
    "wsed train -m": [*STEP, SHORT, FEW],
    "wsed train": [*STEP, FEW],
    "wsed data mix": [SHORT, FEW],
    "wsed": [],
}
"""Overrides that make a command small: those of the first key that it contains are appended to it."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the names in capitals exist that the README uses. What its commands write is added in turn."""
    folder = tmp_path_factory.mktemp("readme")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for number, name in enumerate(("RUN", "OTHER")):
            assert main(["train", *SMALL, f"seed={number}", f"hydra.run.dir={name}"]) == 0
    shutil.copytree(folder / "RUN", folder / "outputs" / "demo" / "pooling=gwrp-0")
    for name in ("FOUND.tsv", "REFERENCE.tsv"):
        shutil.copy(folder / "RUN" / "predictions" / "reference.tsv", folder / name)
    write_bank(folder / "SOUNDS")
    corpora.tables(folder / "OWN")
    corpora.sound(folder / "STRONG" / "audio" / "one.wav")
    rows = "filename\tonset\toffset\tevent_label\none.wav\t0.1\t0.5\tgunshot\none.wav\t0.2\t0.9\tbaby_cry\n"
    (folder / "STRONG" / "test.tsv").write_text(rows)
    (folder / "RECORDINGS").mkdir()
    for path in (folder / "recording.wav", folder / "RECORDINGS" / "one.wav"):
        soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 40000).clip(-1, 1), 16000)
    (folder / "MINE" / "conf" / "pooling").mkdir(parents=True)
    (folder / "MINE" / "half.py").write_text(
        "from wsed.pooling.gap import GlobalAveragePooling\n\n\nclass Half(GlobalAveragePooling):\n"
        "    def forward(self, probs, embedding=None, valid=None):\n"
        "        return super().forward(probs, embedding, valid) / 2\n"
    )
    (folder / "MINE" / "conf" / "pooling" / "half.yaml").write_text("# Half the mean.\n_target_: half.Half\n")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", [line for line in COMMANDS if not any(mark in line for mark in NOT_RUN)])
def test_a_command_runs(
    command: str,
    prepared: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(prepared)
    if "ESC10" in command and not Path("ESC10").exists():
        Path("ESC10").symlink_to(request.getfixturevalue("esc10_root"))
    words = shlex.split(command)
    if words[0].startswith("PYTHONPATH="):
        monkeypatch.syspath_prepend(words.pop(0).partition("=")[2])
    assert words.pop(0) == "wsed"
    words = [path for word in words for path in sorted(glob.glob(word)) or [word]]  # noqa: PTH207  # as a shell does
    more = next(overrides for mark, overrides in SMALLER.items() if mark in command)
    assert main([*words, *more]) == 0, capsys.readouterr().err


@pytest.mark.slow
def test_the_python_of_the_readme_runs(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [code] = [block for language, block in BLOCKS if language == "python"]
    monkeypatch.chdir(prepared)
    samples, sample_rate = soundfile.read("recording.wav", dtype="float32")
    found = {"samples": samples, "sample_rate": sample_rate}
    exec(code, found)
    assert list(found["events"]) == ["onset", "offset", "event_label", "score"]
    np.testing.assert_allclose(sum(found["sources"].values()), samples, atol=1e-6)


@pytest.mark.parametrize("mark", NOT_RUN)
def test_what_is_not_run_is_in_the_readme(mark: str) -> None:
    assert any(mark in command for command in COMMANDS)


def test_make_has_the_targets_and_the_demo_of_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = [command.split()[1] for command in COMMANDS if command.startswith("make ")]
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    demo = re.search(r"^demo:.*\n\t\$\(BIN\)/(.+)", makefile, re.MULTILINE)
    assert demo
    assert any(command.startswith(demo[1]) for command in COMMANDS)
