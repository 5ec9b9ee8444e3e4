"""The config groups that `conf/` holds, read without Hydra so that help is quick."""

import difflib
from pathlib import Path


def conf_folder() -> Path:
    """The folder of Hydra groups: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parent / "conf"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "conf"


def groups() -> dict[str, dict[str, str]]:
    """Every config group: its choices, each with the first line of its comment."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(conf_folder().glob("*/*.yaml")):
        if not path.stem.startswith("_"):
            lines = path.read_text(encoding="utf-8").splitlines()
            comment = next((line[1:].strip() for line in lines if line.startswith("# ") and "@package" not in line), "")
            found.setdefault(path.parent.name, {})[path.stem] = comment
    return found


def nearest(word: str, known: list[str]) -> str:
    """` Did you mean X?` with the known word that is spelt most like it, or nothing."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""
