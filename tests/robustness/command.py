"""Runs commands of wsed in forks of one warm process, and checks how they end."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.warm import WarmServer

LONGEST_LINE = 600
"""Characters of the longest message that is allowed, with the paths of a temporary folder in it."""


@dataclass(frozen=True)
class Ended:
    """How a command ended; `code` is None if it did not end in time."""

    words: tuple[str, ...]
    code: int | None
    out: str
    err: str

    @property
    def kind(self) -> str:
        if self.code is None:
            return "hang"
        if "Traceback" in self.out + self.err:
            return "traceback"
        return "handled" if self.code == 0 else "one line"


class Wsed:
    """The command `wsed`, in forks of one warm process.

    Args:
        folder: working directory of the commands; `stdout` and `stderr` lie beside it.
        server: the warm process.
    """

    def __init__(self, folder: Path, server: WarmServer) -> None:
        self.folder = folder
        self.server = server
        self.kinds: list[str] = []

    def run(
        self, *words: str, environment: Mapping[str, str] | None = None, seconds: float = 60, stdout: str | None = None
    ) -> Ended:
        """Runs a command, without any judgement."""
        out, err = (str(self.folder.parent / name) for name in ("stdout", "stderr"))
        process = self.server.start(words, self.folder, (stdout or out, err), environment)
        try:
            ended = Ended(words, process.wait(seconds), *process.communicate())
        except subprocess.TimeoutExpired:
            process.kill()
            ended = Ended(words, None, *process.communicate())
        self.kinds.append(ended.kind)
        return ended

    def refuses(
        self,
        *words: str,
        says: str | Sequence[str],
        code: int = 2,
        leaves: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Ended:
        """Runs a command that must end with one line on standard error.

        Args:
            words: words of the command.
            says: parts of the line.
            code: its exit code: 2 for a mistake, 1 for damage at run time.
            leaves: patterns of what the command may create or change in its folder; nothing else may change there, nor
                beside it.
            environment: environment variables of the command.
        """
        before = snapshot(self.folder.parent)
        ended = self.run(*words, environment=environment)
        assert ended.code is not None, f"{words} did not end"
        assert "Traceback" not in ended.err + ended.out, ended.err + ended.out
        lines = ended.err.splitlines()
        assert len(lines) == 1, ended.err
        assert lines[0].startswith("wsed: "), ended.err
        assert len(lines[0]) <= LONGEST_LINE, ended.err
        assert ended.code == code, ended
        for part in [says] if isinstance(says, str) else says:
            assert part in lines[0], ended.err
        after = snapshot(self.folder.parent)
        changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        unexpected = sorted(path for path in changed if not any(Path(path).match(pattern) for pattern in leaves))
        assert not unexpected, f"{words} created or changed {unexpected}"
        return ended

    def accepts(
        self, *words: str, says: str | Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> Ended:
        """Runs a command that must succeed; `says` are parts of its output."""
        ended = self.run(*words, environment=environment, seconds=120)
        assert ended.code == 0, (ended.err + ended.out)[-3000:]
        assert "Traceback" not in ended.err + ended.out
        for part in [says] if isinstance(says, str) else says:
            assert part in ended.out + ended.err, ended.out + ended.err
        return ended


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Kind and size of everything below a folder, by path, without following links."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.name not in ("stdout", "stderr"):
            status = path.lstat()
            found[str(path.relative_to(folder))] = (status.st_mode, 0 if path.is_dir() else status.st_size)
    return found
