"""The papers' files: published numbers, entries that compose, and what is refused."""

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.requirements import shared
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.errors import UserError
from wsed.reproduction import paper as paper_module
from wsed.reproduction.jobs import Protocol
from wsed.reproduction.paper import Paper, known_papers, papers_folder, read_paper

PAPERS = {name: read_paper(name) for name in known_papers()}


def test_all_four_papers_are_known() -> None:
    assert list(PAPERS) == ["gated_crnn", "jsc", "mtl", "strong_weak"]


def numbers(frame: pd.DataFrame) -> set[tuple[float, ...]]:
    return {tuple(float(cell) for cell in row) for row in frame.itertuples(index=False)}


@pytest.mark.parametrize(
    ("name", "table", "source", "columns", "only"),
    [
        ("jsc", "separation", "jsc_2018_table1_separation", ["sdr_db", "sir_db", "sar_db"], ""),
        ("mtl", "overlapped", "mtl_2022_table1_overlapped",
         ["at_map", "sed_map", "error_rate", "deletions", "insertions"], ""),
        ("mtl", "desed", "mtl_2022_table2_dcase2020_task4",
         ["at_map", "sed_map", "error_rate", "deletions", "insertions"], ""),
        ("gated_crnn", "tagging", "gated_crnn_2018_table1_tagging", ["f1", "precision", "recall"], "development"),
        ("gated_crnn", "tagging_evaluation", "gated_crnn_2018_table1_tagging", ["f1", "precision", "recall"],
         "evaluation"),
        ("gated_crnn", "detection", "gated_crnn_2018_table2_detection", ["f1", "error_rate"], "development"),
        ("gated_crnn", "detection_evaluation", "gated_crnn_2018_table2_detection", ["f1", "error_rate"], "evaluation"),
        ("strong_weak", "weights", "strong_weak_crnn_2017_weights",
         ["tagging_precision", "tagging_recall", "tagging_f1", "detection_error_rate", "detection_f1"], ""),
        ("strong_weak", "evaluation", "strong_weak_crnn_2017_weights",
         ["tagging_f1_challenge", "detection_error_rate_challenge"], ""),
    ],
)  # fmt: skip
def test_every_published_row_has_an_entry(name: str, table: str, source: str, columns: list[str], only: str) -> None:
    theirs = pd.read_csv(shared(f"papers/tables/{source}.csv"))
    if only:
        theirs = theirs[theirs["split"] == only]
    if "method" in theirs:
        # Two systems of the evaluation set are other people's.
        theirs = theirs[~theirs["method"].isin(["cnn_ensemble", "frame_cnn"])]
    theirs = theirs.dropna(subset=columns)
    ours = PAPERS[name].published[table]
    scores = list(PAPERS[name].definition.tables[table].columns.values())
    assert len(ours) == len(theirs)
    assert numbers(ours[scores]) == numbers(theirs[columns])


def test_the_published_error_rates_of_jsc() -> None:
    theirs = pd.read_csv(shared("papers/tables/jsc_2018_table2_eer.csv")).set_index("method")
    theirs = theirs.rename(index={"dnn_baseline": "dnn"}, columns={"average": ""})
    ours = PAPERS["jsc"].published["detection"].fillna("")
    assert len(ours) == theirs.size
    for _, row in ours.iterrows():
        assert float(row["frame/eer"]) == theirs.loc[row["entry"], row["class"]]


def protocols() -> list[tuple[str, str, str]]:
    """Paper, scale and data of every way to reproduce."""
    found = []
    for name, paper in PAPERS.items():
        found += [(name, "paper", corpus) for corpus in paper.definition.corpora]
        found += [(name, scale, data) for scale in ("quick", "paper") for data in ("generated", "esc10")]
    return found


@pytest.mark.parametrize(("name", "scale", "data"), protocols())
def test_every_training_composes(name: str, scale: Any, data: str, tmp_path: Path) -> None:
    roots = {"generated": [], "fsdkaggle2018": [f"data.scenes_root={tmp_path}"]}.get(data, [])
    words = [f"data={data}", *([] if data == "generated" else [f"data.root={tmp_path}"]), *roots]
    protocol = Protocol(PAPERS[name], scale, words, 3)
    trainings = protocol.trainings()
    assert len({tuple(protocol.training_words(*key)) for key in trainings}) == len(trainings)
    with hydra_initialized():
        configs = [validate(compose_config(protocol.training_words(*key))) for key in trainings if key[1] == 1]
    assert configs
    # All are tested on the same clips, as tests over clips need.
    same = ("labels", "folds", "parts", "seed", *(["clips"] if scale == "quick" else []))
    assert len({str([config["data"].get(key) for key in same]) for config in configs}) == 1
    assert len({str(config["mixing"]) for config in configs}) == 1 or data == "desed"


def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(papers_folder() / "jsc", tmp_path / "jsc")
    monkeypatch.setattr(paper_module, "papers_folder", lambda: tmp_path)
    return tmp_path / "jsc"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("paper.yaml", "title: DNN", "titel: DNN", r"paper.yaml: entries.dnn.title: Field required"),
        ("paper.yaml", "entries: [gmp, gap, gwrp]", "entries: [gmp, gab]", "figures.masks: there is no entry gab. Did"),
        ("claims.yaml", "entry: gwrp, better_than: [mixture", "entry: gwrp, better_than: [mixtur", "no entry mixtur"),
        ("claims.yaml", "better_than: [gmp, gap]", "within: 0.1", "needs one kind of others, such as better_than"),
        # The first of several comparisons of a claim.
        ("claims.yaml", "entry: gap, better_than: [dnn, gmp]", "entry: gab, better_than: [dnn, gmp]", "no entry gab"),
        ("published/detection.csv", "dnn", "dmn", r"published/detection.csv: there is no entry dmn. Did you mean dnn"),
    ],
)
def test_a_file_that_is_wrong(
    file: str, old: str, new: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copied(tmp_path, monkeypatch) / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UserError, match=said):
        read_paper("jsc")


def test_a_paper_that_is_not_there() -> None:
    with pytest.raises(UserError, match=r"gated: is no paper; the papers are gated_crnn, jsc.*Did you mean gated_crnn"):
        read_paper("gated")


def test_later_words_replace_earlier_ones_and_the_users_win() -> None:
    paper: Paper = PAPERS["jsc"]
    words = Protocol(paper, "quick", ["optimizer.lr=0.1", "launcher=serial"], 1).training_words("gwrp", 2)
    assert [word for word in words if word.startswith(("optimizer.lr", "launcher", "seed", "data="))] == [
        "data=generated", "optimizer.lr=0.1", "launcher=serial", "seed=2",
    ]  # fmt: skip
