"""The config groups that `conf/` holds, read without Hydra so that help is quick."""

from pathlib import Path


def conf_folder() -> Path:
    """The folder of Hydra groups: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parents[1] / "conf"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "conf"


def groups() -> dict[str, dict[str, str]]:
    """Every config group: its choices, each with the first line of its comment."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(conf_folder().glob("*/*.yaml")):
        if not path.stem.startswith("_"):
            lines = path.read_text(encoding="utf-8").splitlines()
            comment = next((line[1:].strip() for line in lines if line.startswith("# ") and "@package" not in line), "")
            found.setdefault(path.parent.name, {})[path.stem] = comment
    return found
