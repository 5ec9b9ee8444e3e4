"""The config groups of `conf/` and of the search path, read without Hydra so that help is quick."""

from collections.abc import Sequence
from pathlib import Path

SEARCH_PATH = "hydra.searchpath"


def shipped_folder(name: str) -> Path:
    """A folder that comes with wsed: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parents[1] / name
    return inside if inside.is_dir() else Path(__file__).parents[2] / name


def conf_folder() -> Path:
    """The folder of config groups."""
    return shipped_folder("conf")


def groups(overrides: Sequence[str] = ()) -> dict[str, dict[str, str]]:
    """Every config group with its choices, and the first comment line of each choice.

    Args:
        overrides: of the command line; choices in the folders of their `hydra.searchpath` are marked with the folder.
    """
    found = _groups_in(conf_folder())
    for folder in search_path(overrides):
        for group, choices in _groups_in(folder).items():
            for choice, comment in choices.items():
                # Hydra also prefers a choice of wsed to one of the same name from outside.
                found.setdefault(group, {}).setdefault(choice, f"{comment} ({folder})".strip())
    return found


def search_path(overrides: Sequence[str]) -> list[Path]:
    """The folders of `hydra.searchpath=[file:///MY/conf,...]`, without those inside Python packages."""
    entries = (
        # Hydra escapes colons where it writes an override again, for the runs of a sweep.
        entry.strip("[]'\" ").replace("\\:", ":")
        for override in overrides
        if override.startswith(f"{SEARCH_PATH}=")
        for entry in override.removeprefix(f"{SEARCH_PATH}=").split(",")
    )
    return [Path(entry.removeprefix("file://")) for entry in entries if entry and not entry.startswith("pkg://")]


def _groups_in(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*/*.yaml")):
        if not path.stem.startswith("_"):
            lines = path.read_text(encoding="utf-8").splitlines()
            comment = next((line[1:].strip() for line in lines if line.startswith("# ") and "@package" not in line), "")
            found.setdefault(path.parent.name, {})[path.stem] = comment
    return found
