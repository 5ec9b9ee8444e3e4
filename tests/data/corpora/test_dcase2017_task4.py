"""DCASE 2017 task 4: lists that cannot be used."""

from pathlib import Path

import pytest

from tests.data import miniature_corpora as corpora
from wsed.data.corpora.dcase2017_task4 import Dcase2017Task4
from wsed.errors import UserError


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("abc,30.000,40.000\n", "row 1: has no label"),
        ("abc,thirty,40.000,Car\n", "row 1: the start is thirty"),
    ],
)
def test_lists_of_dcase2017_that_cannot_be_used(rows: str, said: str, tmp_path: Path) -> None:
    corpora.dcase2017_task4(tmp_path)
    (tmp_path / "training_set.csv").write_text(rows)
    with pytest.raises(UserError, match=said):
        Dcase2017Task4(str(tmp_path)).clips("training")


def test_what_dcase2017_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no folder training or unbalanced"):
        Dcase2017Task4(str(tmp_path)).clips("training")
    (tmp_path / "training").mkdir()
    with pytest.raises(UserError, match=r"has no training_set.csv"):
        Dcase2017Task4(str(tmp_path)).clips("training")
