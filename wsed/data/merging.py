"""Merging of events of one class that touch or overlap: all strong labels pass through here.

A class is either active or not, so such events are one event. Tools disagree about them otherwise: sed_scores_eval
refuses them, and sed_eval counts each.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from wsed.prediction import Event

if TYPE_CHECKING:
    import pandas as pd


def merge_events(events: Sequence[Event]) -> list[Event]:
    """Joins the events of each class that touch or overlap.

    Args:
        events: events of one clip, in any order.

    Returns:
        The events, in the same order if there is nothing to join, otherwise by onset.
    """
    groups = touching(events)
    if len(groups) == len(events):
        return list(events)
    return [events[group[0]]._replace(offset=max(events[index].offset for index in group)) for group in groups]


def touching(events: Sequence[Event]) -> list[list[int]]:
    """The indices of the events that make up each merged event: by onset, and so are the indices of a group."""
    groups: list[list[int]] = []
    # The latest group of each class, and its end.
    latest: dict[str, tuple[list[int], float]] = {}
    for index in sorted(range(len(events)), key=lambda index: events[index]):
        event = events[index]
        group, end = latest.get(event.event_label, ([], -1.0))
        if event.onset > end:
            group = []
            groups.append(group)
        group.append(index)
        latest[event.event_label] = group, max(end, event.offset)
    return groups


def merge_table(table: "pd.DataFrame") -> tuple["pd.DataFrame", list[int]]:
    """Joins the events of each clip and class that touch or overlap.

    Args:
        table: a table from `wsed.data.annotations.read_events`.

    Returns:
        The table, and the line numbers of the events that were joined to an earlier one.
    """
    events: dict[str, list[tuple[int, Event]]] = {}
    columns = (table[name] for name in ("filename", "onset", "offset", "event_label"))
    for place, (filename, onset, offset, label) in enumerate(zip(*columns, strict=True)):
        if isinstance(label, str):
            events.setdefault(filename, []).append((place, Event(onset, offset, label)))
    offsets, joined = table["offset"].to_list(), []
    for own in events.values():
        for group in touching([event for _, event in own]):
            first, *others = (own[index] for index in group)
            offsets[first[0]] = max(own[index][1].offset for index in group)
            joined += [place for place, _ in others]
    if not joined:
        return table, []
    rows, dropped = table.attrs.get("rows", list(table.index)), set(joined)
    merged = table.assign(offset=offsets).drop(index=joined).reset_index(drop=True)
    merged.attrs = dict(table.attrs)
    merged.attrs["rows"] = [rows[place] for place in range(len(table)) if place not in dropped]
    return merged, sorted(rows[place] for place in joined)


def merging_remark(places: Iterable[str]) -> list[str]:
    """Says that events were merged, in one line; empty if none were.

    Args:
        places: `FILE, row N` of each event that was joined to an earlier one.
    """
    found = list(places)
    if not found:
        return []
    return [f"{found[0]}: touches or overlaps an event of its class, and is merged with it; such events: {len(found)}"]
