"""The help texts list the choices of config groups, also those of folders outside the package."""

import re
from pathlib import Path

import pytest

from wsed.__main__ import main
from wsed.config.groups import groups


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """A folder with a choice of a known group, one of a new group, and one that wsed has already."""
    for name, text in {
        "pooling/half": "# A share of the mean.\n_target_: half_pooling.HalfPooling\n",
        "pooling/gwrp": "# Never found, since wsed has one of this name.\n",
        "kitchen/sink": "# Everything else.\n",
        "data/attic": "# Recordings from the attic.\n",
    }.items():
        path = tmp_path / "conf" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "conf"


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"]])
@pytest.mark.parametrize("template", ["[file://{}]", "['file://{}']", "[pkg://some.package,file://{}]", "[{}]"])
def test_choices_from_outside_are_listed_with_their_folder(
    words: list[str], template: str, conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(capsys, *words, f"hydra.searchpath={template.format(conf)}")
    pooling = text.split("\n  pooling\n")[1].split("\n  postprocessing\n")[0]
    assert re.search(rf"^    half +A share of the mean\. \({conf}\)$", pooling, re.MULTILINE)
    assert groups()["pooling"]["gwrp"] in pooling
    assert "Never found" not in text
    assert re.search(rf"^  kitchen\n    sink +Everything else\. \({conf}\)$", text, re.MULTILINE)


def test_without_a_search_path_there_are_only_the_choices_of_wsed(
    conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "attic" in shown(capsys, "data", "--help", f"hydra.searchpath=[file://{conf}]")
    assert "attic" not in shown(capsys, "data", "--help")
    assert str(conf) not in shown(capsys, "train", "--help")


def test_a_missing_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "train", "--help", f"hydra.searchpath=[file://{tmp_path}/conf]")
    assert f"{tmp_path}/conf: there is no such folder" in text
