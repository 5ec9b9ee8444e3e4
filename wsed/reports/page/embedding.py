"""Images and sounds inside a page, as `data:` URIs."""

import base64
from dataclasses import dataclass

from wsed.reports.figures.style import for_dark_screens


@dataclass(frozen=True)
class Image:
    """A figure for light and for dark screens, as `data:` URIs."""

    light: str
    dark: str

    @classmethod
    def of(cls, svg: bytes) -> "Image":
        """Embeds an SVG for light screens."""
        return cls(data_uri(svg, "image/svg+xml"), data_uri(for_dark_screens(svg), "image/svg+xml"))


def data_uri(content: bytes, mime: str) -> str:
    """A file as a `data:` URI."""
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"
