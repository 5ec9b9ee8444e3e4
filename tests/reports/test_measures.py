"""Measures: their score names, their text, and which of them a comparison shows."""

import math

from wsed.metrics.measure import MISSING, Measure
from wsed.reports.measures import DEFAULT_MEASURES, Catalogue, read_measures


def test_text_of_values() -> None:
    by_title = {measure.title: measure for measure in DEFAULT_MEASURES}
    assert by_title["SDR"].text(-0.04) == "0.0"
    assert by_title["SAR"].text(101) == "∞"
    assert by_title["SDR"].text(-math.inf) == "-∞"
    assert by_title["EER"].text(0.12345) == "0.123"
    assert by_title["EER"].text(None) == MISSING
    assert Measure("cost/cycles", "cycles", decimals=0).text(1234567.0) == "1,234,567"


def test_score_names_of_a_class() -> None:
    macro = Measure("event_based/macro/f1", "F1", per_class="event_based/class/{label}/f1")
    assert macro.class_score_name("a/b") == "event_based/class/a/b/f1"
    assert macro.class_name == "event_based/f1"
    psds = Measure("psds/scenario1", "PSDS", per_class="psds/scenario1/class/{label}")
    assert psds.class_score_name("dog") == "psds/scenario1/class/dog"
    assert psds.class_name == "psds/scenario1"
    assert Measure("frame/delay", "Delay").class_score_name("dog") is None


def test_score_names_of_references() -> None:
    sdr = next(measure for measure in DEFAULT_MEASURES if measure.title == "SDR")
    assert sdr.score_name("mixture") == "separation/mixture/sdr"
    assert sdr.class_score_name("a/b", "mixture") == "separation/mixture/class/a/b/sdr"


def test_measures_are_in_the_order_of_the_first_run_that_has_them() -> None:
    first = read_measures([{"key": "a", "title": "A"}, {"key": "b", "title": "B", "shown": True}])
    second = read_measures(
        [{"key": "c", "title": "C", "shown": True}, {"key": "b", "title": "other"}, {"key": "a", "shown": True}]
    )
    catalogue = Catalogue([first, (), second])
    # One run that shows a measure is enough; the first run that describes it decides how.
    assert [measure.title for measure in catalogue.shown] == ["A", "B", "C"]
    assert Catalogue([(), ()]).shown == DEFAULT_MEASURES


def test_scores_that_no_run_describes_are_judged_by_their_names() -> None:
    catalogue = Catalogue([DEFAULT_MEASURES])
    assert catalogue.of("segment_based/macro/error_rate").sign == -1
    assert catalogue.of("segment_based/macro/f1").sign == 1
    assert catalogue.of("event_based/best/threshold").sign == 0
    assert catalogue.of("separation/si_sdr").unit == "dB"
    assert not catalogue.of("segment_based/macro/f1").shown
    assert catalogue.of_class("tagging/ap").class_title == "AT-AP"
