"""Annotation files: published ones are read whole, and what a table may be."""

from collections import Counter

from tests.requirements import shared
from wsed.data.annotations import read_events, read_weak


def test_real_annotation_of_desed_is_read_whole() -> None:
    weak = read_weak(shared("data/annotations/desed_weak.tsv"))
    assert len(weak) == 1578
    # The published counts are 345 and 206: three rows name a class twice.
    assert Counter(label for _, labels in weak.values() for label in labels) == {
        "Speech": 550, "Running_water": 343, "Dog": 214, "Alarm_bell_ringing": 205, "Dishes": 184, "Cat": 173,
        "Frying": 171, "Vacuum_cleaner": 167, "Blender": 134, "Electric_shaver_toothbrush": 103,
    }  # fmt: skip
    events = read_events(shared("data/annotations/desed_validation.tsv"))
    assert len(events) == 4239
    assert events["filename"].nunique() == 1168
    assert events["event_label"].isna().sum() == 15
    assert events["event_label"].value_counts().to_dict() == {
        "Speech": 1752, "Dog": 570, "Dishes": 559, "Alarm_bell_ringing": 420, "Cat": 341, "Running_water": 237,
        "Frying": 94, "Blender": 94, "Vacuum_cleaner": 92, "Electric_shaver_toothbrush": 65,
    }  # fmt: skip
