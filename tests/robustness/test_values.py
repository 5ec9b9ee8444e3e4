"""Values of the config that cannot be used: refused before anything is built."""

import pytest

from tests.robustness.warm import Wsed

VALUES = {
    "data.batch_size=0": "data.batch_size",
}


@pytest.mark.parametrize("word", VALUES)
def test_a_value_out_of_range(wsed: Wsed, word: str) -> None:
    wsed.refuses("train", "logger=csv", word, says=VALUES[word])


def test_a_command_that_works(wsed: Wsed) -> None:
    wsed.accepts("--version")
