"""`python -m wsed.rank FOLDER`: one of the processes of a run that trains on several devices, but for the first."""

import sys
from pathlib import Path

import yaml

from wsed.memory import keep_memory
from wsed.quiet import silence_lightning
from wsed.training import follow

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    silence_lightning()
    keep_memory()
    follow(yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8")), folder)
