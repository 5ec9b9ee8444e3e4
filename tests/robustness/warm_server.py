"""A process that has loaded wsed, and runs each command in a fork of itself, which takes no time to start.

It reads one JSON object per line from standard input: `words`, `folder`, `environment`, `seconds`, and the files for
`stdout` and `stderr`. It answers with the exit code, or null for a command that did not end in time. No tensor may be
computed here, since a fork of a process with threads hangs.
"""

import importlib
import json
import os
import pkgutil
import signal
import sys
import time
import traceback

import wsed
from wsed.__main__ import main

EXTRAS = ("torchmetrics", "sed_eval.sound_event", "sed_scores_eval", "matplotlib.pyplot", "fast_bss_eval")


def load_everything() -> None:
    for module in pkgutil.walk_packages(wsed.__path__, "wsed."):
        if not module.name.endswith("__main__") and "wandb" not in module.name:
            importlib.import_module(module.name)
    for name in EXTRAS:
        importlib.import_module(name)


def run(request: dict) -> int | None:
    """Runs one command in a fork; returns its exit code, or None if it had to be killed."""
    child = os.fork()
    if not child:
        execute(request)
    deadline = time.monotonic() + request["seconds"]
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def execute(request: dict) -> None:
    os.setsid()
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        target = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(target, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(request["folder"])
    os.environ.update(request["environment"])
    # What a new process would read from PYTHONPATH.
    sys.path[:0] = request["environment"].get("PYTHONPATH", "").split(":")
    code = 1
    try:
        code = main(request["words"])
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    load_everything()
    # Only this process writes to the pipe; the forks have files.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    print(json.dumps("ready"), file=answers)
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), file=answers)
