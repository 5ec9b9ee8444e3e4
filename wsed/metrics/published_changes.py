"""Changes of the counts in a single clip, by sed_scores_eval."""

from collections.abc import Callable
from typing import Any

import numpy as np

from wsed.metrics.changes import Changes, changes_of
from wsed.metrics.clip_events import ClipEvents
from wsed.metrics.frame_scores import FrameScores


def published_changes(
    count: Callable[..., dict[str, Any]], scores: FrameScores, events: ClipEvents, label: int, clip: int
) -> Changes:
    """The changes of a class in a clip that has events of the class.

    Args:
        count: counts at several thresholds, with its tolerances.
        scores: the frames.
        events: the true events.
        label: the index of the class.
        clip: the index of the clip.
    """
    from sed_scores_eval.base_modules.cy_detection import onset_offset_curves

    frames = slice(scores.starts[clip], scores.starts[clip + 1])
    true = events.of_clip(clip)
    own = true.pop(label)
    thresholds, onsets, offsets = onset_offset_curves(scores.values[label, frames], scores.edges(clip))
    # Classes without an event in the clip cannot be hit.
    others = [{other: times[:, side] for other, times in true.items()} for side in (0, 1)]
    counts = count(onsets, offsets, own[:, 0], own[:, 1], *others)
    crosses = counts["cts"] if isinstance(counts.get("cts"), dict) else {}
    kinds = np.stack([counts["tps"], counts["fps"], *crosses.values()]).astype(np.int64)
    # Counts at a threshold less those at the next higher one.
    changes = -np.diff(kinds, append=0)
    changed = changes.any(0)
    return changes_of(thresholds[changed], np.full(changed.sum(), clip), changes[:, changed], list(crosses))
