"""A process that has loaded wsed, and runs each command in a fork of itself, which takes no time to start.

It reads one JSON object per line from standard input, and answers each with one line. An object with `words` starts a
command, in `folder`, with the whole `environment`, and with files for `stdout` and `stderr`; the answer is the number
of the process. With a `program`, this is executed instead, with the words as its arguments. An object with `pid` asks
for an exit code; the answer is null while that process runs. No tensor may be computed here, since a fork of a process
with threads hangs.
"""

import ctypes
import importlib
import json
import os
import pkgutil
import sys
import traceback
from contextlib import suppress
from functools import cache
from pathlib import Path

import wsed
from wsed.__main__ import main
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.groups import groups
from wsed.config.validate import validate
from wsed.errors import UserError
from wsed.imports import quick_imports

EXTRAS = (
    "fast_bss_eval",
    "matplotlib.pyplot",
    "sed_eval.sound_event",
    "sed_scores_eval",
    "sklearn.metrics",
    "torchmetrics",
    "wandb",
)
"""What wsed imports as late as it can."""
GROUPS = groups()
HUGE = 2 << 20
MADV_COLLAPSE = 25


def load_everything() -> None:
    with quick_imports():
        for module in pkgutil.walk_packages(wsed.__path__, "wsed."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        for name in EXTRAS:
            importlib.import_module(name)
    settle_once(())


def use_huge_pages() -> None:
    """Moves the memory of this process to pages of 2 MB.

    A fork then has fewer page table entries to copy, and takes a third of the time. Where the kernel cannot do
    this (before Linux 6.1), nothing changes.
    """
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, access, _, _, file, *_ = line.split()
        if access == "rw-p" and file == "0":
            start, end = (int(each, 16) for each in span.split("-"))
            for page in range(-(-start // HUGE) * HUGE, end - HUGE + 1, HUGE):
                madvise(page, HUGE, MADV_COLLAPSE)


@cache
def settle_once(choices: tuple[str, ...]) -> None:
    """Composes and checks the config of these choices, so that the forks find merged files and checked types cached."""
    with hydra_initialized(), suppress(UserError):
        validate(compose_config([*choices]))


def start(request: dict) -> int:
    """Starts one command in a fork; returns its process number."""
    settle_once(tuple(word for word in request["words"] if is_choice(word)))
    child = os.fork()
    if not child:
        execute(request)
    return child


def is_choice(word: str) -> bool:
    """Whether an override chooses files of a group, and all of them are there."""
    group, _, chosen = word.partition("=")
    return group in GROUPS and GROUPS[group].keys() >= {*chosen.strip("[]").split(",")}


def exit_code(child: int) -> int | None:
    ended, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def execute(request: dict) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(request["environment"])
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        target = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(target, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(request["folder"])
    # What a new process would read from PYTHONPATH.
    sys.path[:0] = os.environ.get("PYTHONPATH", "").split(":")
    code = 1
    try:
        if request["program"] is None:
            code = main(request["words"])
        else:
            sys.argv[1:] = request["words"]
            exec(request["program"], {"__name__": "__main__"})
            code = 0
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
    use_huge_pages()
    # Only this process writes to the pipe; the forks have files.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    print(json.dumps("ready"), file=answers)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(start(asked) if "words" in asked else exit_code(asked["pid"])), file=answers)
