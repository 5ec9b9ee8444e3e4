"""Starts commands of wsed in forks of one warm process, see `warm_server.py`."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Forked:
    """A command that was started, in a session of its own; the methods are those of `subprocess.Popen`.

    Args:
        server: what has started it.
        pid: its process number.
        outputs: the files of its standard output and standard error.
    """

    def __init__(self, server: "WarmServer", pid: int, outputs: tuple[str, str]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._server = server
        self._outputs = outputs

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._server.ask({"pid": self.pid})
        return self.returncode

    def wait(self, timeout: float = 300) -> int:
        if self.poll() is None:
            ended = os.pidfd_open(self.pid)
            try:
                if not select.select([ended], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired("wsed", timeout)
            finally:
                os.close(ended)
        code = self.poll()
        assert code is not None
        return code

    def communicate(self, timeout: float = 300) -> tuple[str, str]:
        """What it has printed, once it has ended."""
        self.wait(timeout)
        out, err = (Path(path).read_text(errors="replace") if Path(path).is_file() else "" for path in self._outputs)
        return out, err

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kills it and all processes that it has started, and waits for its end."""
        if self.poll() is None:
            # In its first moment it has no session yet.
            for send in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError):
                    send(self.pid, signal.SIGKILL)
            self.wait()


class WarmServer:
    """The process that has loaded wsed."""

    def __init__(self) -> None:
        # Forks of a process with threads hang.
        single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        # Also for what the commands start: wsed, and pause.py.
        single["PYTHONPATH"] = os.pathsep.join(str(folder) for folder in Path(__file__).parents[:2][::-1])
        self.environment = {**single, "WANDB_MODE": "offline"}
        # What a shell starts in the background would ignore Ctrl-C, and so would the commands.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm_server.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **single},
        )
        assert self._answer() == "ready"

    def start(
        self,
        words: Sequence[str],
        folder: Path,
        outputs: tuple[str, str],
        environment: Mapping[str, str] | None = None,
        program: str | None = None,
    ) -> Forked:
        """Starts a command.

        Args:
            words: words of the command, or arguments of the program.
            folder: its working directory.
            outputs: files for its standard output and standard error.
            environment: environment variables besides those of this process.
            program: Python to execute instead of `wsed`.
        """
        whole = {**os.environ, **self.environment, **(environment or {})}
        files = dict(zip(("stdout", "stderr"), outputs, strict=True))
        request = {"words": [*words], "folder": str(folder), "environment": whole, "program": program, **files}
        return Forked(self, self.ask(request), outputs)

    def ask(self, request: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return self._answer()

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())
