"""Images and sounds inside a page, as `data:` URIs."""

import base64
from dataclasses import dataclass

from matplotlib.figure import Figure

from wsed.reports.figures.style import for_dark_screens, svg


@dataclass(frozen=True)
class Image:
    """A figure for light and for dark screens, as `data:` URIs."""

    light: str
    dark: str

    @classmethod
    def of(cls, figure: Figure) -> "Image":
        """Embeds a figure."""
        light = svg(figure)
        return cls(data_uri(light, "image/svg+xml"), data_uri(for_dark_screens(light), "image/svg+xml"))


def data_uri(content: bytes, mime: str) -> str:
    """A file as a `data:` URI."""
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"
