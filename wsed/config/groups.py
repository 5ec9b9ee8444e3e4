"""The config groups that `conf/` holds, read without Hydra so that help is quick."""

from pathlib import Path


def conf_folder() -> Path:
    """The folder of Hydra groups: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parents[1] / "conf"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "conf"


def groups(folder: Path | None = None) -> dict[str, dict[str, str]]:
    """Every config group with its choices, and the first comment line of each choice.

    Args:
        folder: a folder of groups, such as one on `hydra.searchpath`; wsed's own by default.
    """
    found: dict[str, dict[str, str]] = {}
    for path in sorted((folder or conf_folder()).glob("*/*.yaml")):
        if not path.stem.startswith("_"):
            lines = path.read_text(encoding="utf-8").splitlines()
            comment = next((line[1:].strip() for line in lines if line.startswith("# ") and "@package" not in line), "")
            found.setdefault(path.parent.name, {})[path.stem] = comment
    return found
