"""Builds the site: the Markdown files of the repository, and a page for each module of wsed.

python docs/build.py SITE
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path, PurePosixPath

from sphinx.cmd.build import main as sphinx_build

ROOT = Path(__file__).parent.parent
PAGES = {
    "README.md": "Start",
    "docs/gallery.md": "Gallery",
    "experiments/README.md": "Experiments",
    "experiments/jsc/README.md": "Kong 2018",
    "experiments/mtl/README.md": "Liu 2022",
    "experiments/gated_crnn/README.md": "Xu 2018",
    "experiments/strong_weak/README.md": "Adavanne 2017",
    "experiments/grid/README.md": "Grid",
    "experiments/postprocessing/README.md": "Post-processing",
    "wsed/metrics/README.md": "Metrics",
    "benchmarks/README.md": "Benchmarks",
    "docker/README.md": "Containers",
    "CONTRIBUTING.md": "Contributing",
    "SECURITY.md": "Files of others",
    "CHANGELOG.md": "Changelog",
}
"""Files of the repository, and their titles in the menu."""

LINK = re.compile(r"""(\]\(|src="|srcset="|href=")(?!https?:|#|mailto:)([^)"#\s]+)""")
"""The beginning of a link, and where it leads, unless that is another site or the same page."""


def copy_page(source: str, folder: Path) -> None:
    """Copies a file with the pictures that it shows; a link to a folder becomes one to its README."""

    def relinked(match: re.Match[str]) -> str:
        target = os.path.normpath(PurePosixPath(source).parent / match[2])
        if (ROOT / target).is_dir():
            target += "/README.md"
        if target not in PAGES:
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / target, folder / target)
        return match[1] + os.path.relpath(target, PurePosixPath(source).parent)

    path = folder / source
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LINK.sub(relinked, (ROOT / source).read_text(encoding="utf-8")), encoding="utf-8")


def add_modules(folder: Path) -> list[str]:
    """Writes a page for each package, with all of its modules; returns their names."""
    names = []
    packages = sorted(path.parent for path in (ROOT / "wsed").rglob("__init__.py"))
    for package in packages:
        dotted = ".".join(package.relative_to(ROOT).parts)
        modules = sorted(path.stem for path in package.glob("*.py") if not path.stem.startswith("__"))
        lines = [dotted, "=" * len(dotted), "", f".. automodule:: {dotted}", ""]
        for module in modules:
            lines += [module, "-" * len(module), "", f".. automodule:: {dotted}.{module}", ""]
        name = f"reference/{dotted}"
        (folder / "reference").mkdir(exist_ok=True)
        (folder / f"{name}.rst").write_text("\n".join(lines), encoding="utf-8")
        names.append(name)
    return names


def main(site: str) -> int:
    """Gathers the pages in a temporary folder and builds the site; a warning is an error."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in PAGES:
            copy_page(source, folder)
        modules = add_modules(folder)
        pages = "\n".join(f"   {title} <{source.removesuffix('.md')}>" for source, title in PAGES.items())
        reference = "\n".join(f"   {module}" for module in modules)
        (folder / "index.rst").write_text(
            "wsed\n====\n\n"
            f".. toctree::\n   :maxdepth: 1\n\n{pages}\n\n"
            f".. toctree::\n   :maxdepth: 1\n   :caption: Reference\n\n{reference}\n",
            encoding="utf-8",
        )
        return sphinx_build(["-b", "html", "-W", "--keep-going", "-q", "-c", str(Path(__file__).parent), name, site])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
