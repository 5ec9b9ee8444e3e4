"""The defaults that `conf/` shows are those of the library; experiments change them."""

import pytest

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.evaluation.evaluator import Evaluator, build_evaluator
from wsed.metrics.base import Metric
from wsed.metrics.clip_based import ClipBased
from wsed.metrics.event_based import EventBased
from wsed.metrics.frame_based import FrameBased
from wsed.metrics.intersection_based import IntersectionBased
from wsed.metrics.psds import SCENARIO1, SCENARIO2
from wsed.metrics.segment_based import SegmentBased
from wsed.metrics.separation import Separation


def evaluator(*words: str) -> Evaluator:
    with hydra_initialized():
        return build_evaluator(validate(compose_config(list(words))))


def test_dcase_is_the_default_of_the_library() -> None:
    expected: list[Metric] = [ClipBased(), FrameBased(), EventBased(), SegmentBased(), IntersectionBased()]
    default = evaluator()
    assert list(default.metrics) == [*expected, SCENARIO1, SCENARIO2, Separation()]
    assert (default.draws, default.seed) == (1000, 0)


@pytest.mark.parametrize("experiment", ["attention", "ddc_fap", "mtl", "talnet", "vgg_gwrp"])
def test_experiments_of_liu_let_offsets_be_off_by_half_an_event(experiment: str) -> None:
    metrics = evaluator(f"experiment={experiment}").metrics
    assert EventBased(offset_share=0.5) in metrics


def test_tuned_post_processing_has_the_tolerances_of_the_event_based_metric() -> None:
    with hydra_initialized():
        config = validate(compose_config(["experiment=mtl", "postprocessing=tuned", "metrics.event_based.collar=0.3"]))
    tuned = config["postprocessing"]
    assert (tuned["collar"], tuned["offset_share"]) == (0.3, 0.5)
