"""The defaults that `conf/` shows are those of the library."""

from wsed.build import build
from wsed.composing import composed, conf
from wsed.config import settle
from wsed.evaluation import Settings


def test_dcase_is_the_default_of_the_library() -> None:
    with conf():
        assert build(settle(composed([]))["evaluation"]) == Settings()


def test_mtl_lets_offsets_be_off_by_half_an_event() -> None:
    with conf():
        assert build(settle(composed(["evaluation=mtl"]))["evaluation"]) == Settings(offset_share=0.5)
