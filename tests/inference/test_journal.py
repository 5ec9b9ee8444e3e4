from pathlib import Path

import pandas as pd

from wsed.inference.detected import Detected
from wsed.inference.inputs import Input
from wsed.inference.journal import Journal, options_digest


def test_a_recording_is_finished_with_thresholds_of_very_many_classes(tmp_path: Path) -> None:
    labels = tuple(f"class {number}" for number in range(500))
    options = options_digest(threshold=dict.fromkeys(labels, 0.5))
    each = Input(tmp_path / "a.wav", "a.wav")
    each.path.write_bytes(b"sound")
    events = pd.DataFrame({"onset": [0.1], "offset": [0.5], "event_label": ["class 7"], "score": [0.9]})
    Journal(tmp_path / "finished.jsonl", options, labels).add(each, Detected("a.wav", events, labels, 1.0, 16000))
    again = Journal(tmp_path / "finished.jsonl", options, labels)
    assert again.has(each)
    [detected] = again.detected(["a.wav"])
    pd.testing.assert_frame_equal(detected.events, events)
    other = options_digest(threshold=dict.fromkeys(labels, 0.6))
    assert not Journal(tmp_path / "finished.jsonl", other, labels).has(each)
