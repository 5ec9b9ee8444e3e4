"""File formats for the events of recordings. A new one is a file here and its class in `FORMATS`."""

from wsed.inference.formats.audacity import Audacity
from wsed.inference.formats.base import EventFormat
from wsed.inference.formats.dcase import Dcase
from wsed.inference.formats.json_lines import JsonLines
from wsed.inference.formats.raven import Raven
from wsed.inference.formats.text_grid import TextGrid

FORMATS: tuple[type[EventFormat], ...] = (Dcase, Audacity, Raven, JsonLines, TextGrid)


def formats() -> dict[str, EventFormat]:
    """All formats by name."""
    return {form.name: form() for form in FORMATS}
