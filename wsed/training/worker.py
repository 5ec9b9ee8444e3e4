"""`python -m wsed.training.worker FOLDER`: a process of a run on several devices, other than rank 0."""

import sys
from pathlib import Path

import yaml

from wsed.training.allocator import keep_freed_memory
from wsed.training.run import follow
from wsed.training.warnings import silence_lightning

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    silence_lightning()
    keep_freed_memory()
    follow(yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8")), folder)
