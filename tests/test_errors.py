"""What is said about errors: one line of limited length."""

import errno

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wsed.errors import LONGEST_MESSAGE, StoppedError, UserError, explained, one_line

SAID: dict[str, tuple[BaseException, int, str]] = {
    "a mistake": (UserError("seed: is 'a'"), 2, "seed: is 'a'"),
    "SIGTERM": (StoppedError(15), 143, "stopped by SIGTERM; start the same command again"),
    "Ctrl-C": (KeyboardInterrupt(), 130, "stopped by SIGINT"),
    "a full disk": (OSError(errno.ENOSPC, "", "a/b"), 1, "a/b: cannot be written (No space left on device); free"),
    "a quota": (OSError(errno.EDQUOT, "", "a/b"), 1, "a/b: cannot be written (Disk quota exceeded); free"),
    "a read-only disk": (OSError(errno.EROFS, "", "a/b"), 1, "a/b: cannot be used (Read-only file system); choose"),
    "a name that is too long": (OSError(errno.ENAMETOOLONG, "", "a" * 9999), 2, "File name too long; check the path"),
    "memory": (MemoryError(), 1, "there is not enough memory; use a smaller data.batch_size"),
    "memory of a GPU": (torch.OutOfMemoryError("CUDA out of memory.\nTried"), 1, "memory (CUDA out of memory.); use"),
    "memory of the processor": (
        RuntimeError("[enforce fail at alloc_cpu.cpp:1] . DefaultCPUAllocator: can't allocate memory: you tried"),
        1,
        "there is not enough memory ([enforce fail",
    ),
    "no home": (RuntimeError("Could not determine home directory."), 2, "set runtime.cache=FOLDER"),
}


@pytest.mark.parametrize("case", SAID)
def test_what_is_said_and_the_exit_code(case: str) -> None:
    error, code, said = SAID[case]
    found = explained(error)
    assert found is not None
    assert found[1] == code
    assert said in one_line(found[0])


def test_a_bug_has_its_traceback() -> None:
    assert explained(KeyError("x")) is None
    assert explained(SystemExit(3)) is None


def test_the_cache_is_named_where_it_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSED_CACHE", "/nonexistent/cache")
    for path in ("/nonexistent", "/nonexistent/cache", "/nonexistent/cache/generated/x"):
        assert "set runtime.cache=FOLDER" in str(explained(PermissionError(errno.EACCES, "", path)))
    assert "runtime.cache" not in str(explained(PermissionError(errno.EACCES, "", "/nonexistent/run")))


@given(st.text())
def test_a_message_is_one_short_line(text: str) -> None:
    for message in (text, text * 1000):
        line = one_line(message)
        assert len(line) <= LONGEST_MESSAGE
        assert line.isprintable()
        assert len(line.splitlines()) <= 1


def test_a_short_message_is_unchanged_and_of_a_long_one_both_ends_are_left() -> None:
    assert one_line("seed: is 'é'; it needs int") == "seed: is 'é'; it needs int"
    assert one_line("a\x1b[31m\tb\n\x00") == "a\\x1b[31m b \\x00"
    long = one_line(f"begin {'x' * 10**8} end")
    assert long.startswith("begin xxx")
    assert long.endswith("xxx end")
    assert "..." in long
