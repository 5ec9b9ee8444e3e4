"""Every command of the README does what it says, on sets made small."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.data import miniature_corpora as corpora
from wsed.__main__ import main

README = (Path(__file__).parents[3] / "README.md").read_text()
COMMANDS = [
    line.split("  #")[0].strip()
    for block in re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.startswith(("wsed ", "make "))
]


def test_the_readme_names_both_make_targets() -> None:
    makefile = (Path(__file__).parents[3] / "Makefile").read_text()
    targets = {command.split()[1] for command in COMMANDS if command.startswith("make ")}
    assert targets == {"demo", "test"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    demo = "wsed train -m experiment=demo pooling=gmp,gap,gwrp"
    assert demo in makefile
    assert any(command.startswith(demo) for command in COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [command for command in COMMANDS if command.startswith("wsed ") and "launcher=slurm" not in command]
)
def test_a_command_runs(
    command: str, small: list[str], request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)[1:]
    fewer = [word for word in small if word.split("=")[0] not in {given.split("=")[0] for given in words}]
    if "ESC10" in command:
        words = [word.replace("ESC10", str(request.getfixturevalue("esc10_root"))) for word in words]
        words.append("data.labels=[baby_cry,rooster]")
        words.append("data.scenes=[rain]")
    if "SOUNDS" in command:
        words = [word.replace("SOUNDS", str(request.getfixturevalue("bank"))) for word in words]
    if "OWN" in command:
        corpora.tables(Path("OWN"))
        fewer = [word for word in fewer if not word.startswith(("data.clips", "mixing", "data.soundbank"))]
    if "data=" in command:
        fewer = [word for word in fewer if not word.startswith("data.soundbank.recordings")]
    if "data=mixed" in command:
        assert main(["data", "mix", "MIXTURES", *small[:3]]) == 0
        fewer = [word for word in fewer if not word.startswith(("data.clips", "data.soundbank"))]
    if words[0] == "data":
        fewer = [word for word in fewer if word.startswith(("mixing", "data.soundbank")) and "mix" in words]
        words = [word.replace("data.clips.train=100", "data.clips={train: 4, val: 0, test: 2}") for word in words]
    if any(word.startswith("model=") for word in words):
        fewer = [word for word in fewer if not word.startswith("network.widths")]
    if words[0] == "sweep":
        assert main(["train", "-m", *small, "name=demo", "seed=1,2"]) == 0
        fewer = []
    if words[0] in ("evaluate", "fuse", "report"):
        for number, folder in enumerate(("RUN", "OTHER")):
            assert main(["train", *small, f"seed={number}", f"hydra.run.dir={folder}"]) == 0
        for copy in ("FOUND.tsv", "REFERENCE.tsv"):
            shutil.copy("RUN/predictions/reference.tsv", copy)
        fewer = []
    if words[0] == "report" and "outputs/demo" in words:
        assert main(["train", "-m", *small, "name=demo", "seed=1,2"]) == 0
    if "sweep=jsc_pooling" in words:
        words.append("seed=1")
    if "sweeper=optuna" in words:
        fewer = [word for word in fewer if not word.startswith("data.clips")]
        words = [word.replace("sweeper.trials=30", "sweeper.trials=2") for word in words]
        words.append("data.clips={train: 12, val: 6, test: 3}")
    if "--help" in words:
        fewer = []
    assert main([*words, *fewer]) == 0, capsys.readouterr().err
