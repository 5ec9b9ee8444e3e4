"""`wsed data mix`: mixtures to disk."""

from pathlib import Path

from wsed.build import build
from wsed.cli import exit_code
from wsed.composing import composed, conf
from wsed.config import settle
from wsed.data.datamodule import MixtureData
from wsed.data.store import write_mixtures
from wsed.errors import UserError


def main(words: list[str]) -> int:
    """Writes the mixtures that the overrides describe; returns the exit code."""
    return exit_code(lambda: mix(words))


def mix(words: list[str]) -> None:
    """Writes mixtures.

    Args:
        words: `mix`, the folder, and overrides.

    Raises:
        UserError: words that do not fit, or data that cannot be used.
    """
    if words[0] != "mix":
        raise UserError(f"data {words[0]}: is no subcommand; it has mix")
    if len(words) < 2 or "=" in words[1]:
        raise UserError("data mix: needs the folder to write, as in `wsed data mix FOLDER data=esc10 data.root=ESC10`")
    folder, overrides = Path(words[1]), words[2:]
    with conf():
        config = settle(composed([*overrides, "data.fresh=false"]))
    data = build(config["data"]["module"])
    if not isinstance(data, MixtureData):
        raise UserError("data: this choice holds mixtures that are on disk already; choose a soundbank")
    about = {"labels": config["data"]["labels"], "sample_rate": config["data"]["sample_rate"], "overrides": overrides}
    write_mixtures(data, folder, about)
    print(f"{folder}: holds {', '.join(f'{len(clips)} {split}' for split, clips in data.sets.items())} mixtures")
