"""`python -m wsed.training.worker FOLDER`: a process of a run on several devices, other than rank 0."""

import sys
from pathlib import Path

from wsed.runs.folder import RunFolder
from wsed.training.allocator import keep_freed_memory
from wsed.training.run import join
from wsed.training.warnings import silence_lightning

if __name__ == "__main__":
    folder = RunFolder(Path(sys.argv[1]))
    silence_lightning()
    keep_freed_memory()
    join(folder.config(), folder)
