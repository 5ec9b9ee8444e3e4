"""The defaults that `conf/` shows are those of the library."""

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.validate import validate
from wsed.evaluation.evaluator import Settings


def test_dcase_is_the_default_of_the_library() -> None:
    with hydra_initialized():
        assert instantiate(validate(compose_config([]))["evaluation"]) == Settings()


def test_mtl_lets_offsets_be_off_by_half_an_event() -> None:
    with hydra_initialized():
        assert instantiate(validate(compose_config(["evaluation=mtl"]))["evaluation"]) == Settings(offset_share=0.5)
