"""Text from files in Markdown: shown as it is, and never read as Markdown or HTML."""

import html
import re

from wsed.checks.printable import printable

SIGNS = re.compile(r"[\\`*\[\]|~$!#{}]|(?<!\w)_|_(?!\w)")
"""Characters that begin or end something in Markdown; an underscore inside of a word does not."""


def inert(text: str) -> str:
    """A text for a cell of a table, in one line."""
    return SIGNS.sub(r"\\\g<0>", html.escape(printable(text), quote=False))
