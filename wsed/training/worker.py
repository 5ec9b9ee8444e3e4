"""`python -m wsed.training.worker`: a process of a run on several devices, other than rank 0.

Rank 0 sends the run folder and the config, pickled, through standard input; see `wsed.training.ddp`.
"""

import pickle
import sys

from wsed.imports import quick_imports

with quick_imports():
    from wsed.runs.folder import RunFolder
    from wsed.training.allocator import keep_freed_memory
    from wsed.training.run import join
    from wsed.training.warnings import silence_lightning

if __name__ == "__main__":
    path, config = pickle.load(sys.stdin.buffer)
    silence_lightning()
    keep_freed_memory()
    join(config, RunFolder(path))
