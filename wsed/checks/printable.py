"""Text of others on a terminal and in files: without characters that a terminal would obey."""

import unicodedata

UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories of control characters, halves of characters, and separators of lines and paragraphs."""
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of the text after them."""


def printable(text: str) -> str:
    r"""A text in one line, in which characters that are not text are written out, such as `\x1b`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written_out(character) if _is_unseen(character) else character for character in text)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in UNSEEN or character in TURNING


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
