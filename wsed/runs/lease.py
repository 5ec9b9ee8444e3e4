"""A lease: a file that at most one process holds, and that ends by itself when the process is gone."""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType, TracebackType

from wsed.checks.files import open_regular
from wsed.errors import LeaseLostError, RunBusyError, UserError, one_line
from wsed.runs import process
from wsed.runs.lease_file import SECONDS, SIZE, LeaseFile, is_at, read_lease
from wsed.runs.stop_signals import delayed_signals

BEAT = 10.0
"""Seconds between two signs of life."""

GRACE = 30.0
"""Seconds that a run has to end after its lease was lost; then its process ends at once."""

LOST = signal.SIGRTMAX
"""Signal that interrupts the main thread of a process that has lost its lease."""


class Lease:
    """A lease, held from `with` until the end of its block.

    The file is created exclusively. A thread then touches it every few seconds; the file system sets the time, so the
    clocks of the machines need not agree. Another process may take the lease over once it has not been touched for a
    while, or at once if its holder is known to be dead; a lock on the file lets only one process do so. Whoever
    removes the file ends the lease, too: its holder sees that at the next beat and stops.

    Args:
        path: path of the file; its folder must exist.
        what: what the holder does, for messages, such as `RUN: is being trained`.
        seconds: age at which the lease of another process has ended.
        beat: seconds between two signs of life.

    Attributes:
        lost: whether the lease was lost while it was held.
    """

    def __init__(self, path: Path, what: str, seconds: float = SECONDS, beat: float = BEAT) -> None:
        self.path = path
        self.what = what
        self.seconds = seconds
        self.beat = beat
        self.lost = False
        self._content = b""
        self._ended = threading.Event()

    def __enter__(self) -> "Lease":
        """Takes the lease.

        Raises:
            RunBusyError: another process holds it.
            UserError: the file is something else, or cannot be taken over here.
            FileNotFoundError: the folder does not exist.
        """
        values = {"token": secrets.token_hex(8), **process.describe()}
        self.lost, self._content = False, json.dumps(values).encode().ljust(SIZE)
        try:
            while not (self._create() or self._take_over()):
                time.sleep(0.01)
            if threading.current_thread() is threading.main_thread():
                signal.signal(LOST, _raise_lost)
            self._ended = threading.Event()
            threading.Thread(target=self._beat_until, args=[self._ended], daemon=True).start()
        except BaseException:
            # Such as a signal right after the file was created.
            self._give_back()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the lease back.

        Raises:
            LeaseLostError: it was lost meanwhile.
        """
        self._ended.set()
        _losses.pop(self._content, None)
        if self.lost:
            if not isinstance(error, LeaseLostError):
                raise LeaseLostError(self._loss()) from error
            return
        self._give_back()

    def _give_back(self) -> None:
        """Removes the file if it is of this process."""
        self._ended.set()
        with contextlib.suppress(OSError, UserError), open_regular(self.path, follow_links=False) as file:
            # Where the file system has no locks, nobody takes a lease over.
            with contextlib.suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX)
            if self._is_own(file.fileno()):
                self.path.unlink()

    def check(self) -> None:
        """Checks that this process still holds the lease, before it writes what the lease protects.

        Raises:
            LeaseLostError: it does not.
        """
        if self.lost or not self._still_own(touch=False):
            self.lost = True
            raise LeaseLostError(self._loss())

    def _create(self) -> bool:
        """Creates the file; False if there is one."""
        # A signal between the creation and the first byte would leave a file that nobody knows as their own.
        with delayed_signals():
            return self._written()

    def _written(self) -> bool:
        try:
            descriptor = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            return False
        try:
            os.write(descriptor, self._content)
            os.fsync(descriptor)
        except BaseException as error:
            self.path.unlink()
            if isinstance(error, OSError):
                error.filename = str(self.path)
            raise
        finally:
            os.close(descriptor)
        return True

    def _take_over(self) -> bool:
        """Replaces the content of a lease that has ended; False if it changed meanwhile."""
        found = read_lease(self.path)
        if found is None:
            return False
        if found.holds(self.path, self.seconds):
            raise RunBusyError(self._busy(found))
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise UserError(f"{self.path}: cannot be taken over ({error.strerror}); remove the file") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another process may have been faster, or has removed the file.
            if os.pread(descriptor, SIZE, 0) != found.content or not is_at(descriptor, self.path):
                return False
            os.pwrite(descriptor, self._content, 0)
            os.fsync(descriptor)
        except OSError as error:
            # The lock is held by another process, or this file system has none.
            raise RunBusyError(self._busy(found)) from error
        finally:
            os.close(descriptor)
        return True

    def _beat_until(self, ended: threading.Event) -> None:
        while not ended.wait(self.beat):
            try:
                if self._still_own(touch=True) or ended.is_set():
                    continue
            except OSError:
                # The file system does not answer; the next beat will tell.
                continue
            self.lost = True
            _losses[self._content] = self._loss()
            if signal.getsignal(LOST) is _raise_lost:
                signal.pthread_kill(threading.main_thread().ident or 0, LOST)
            if not ended.wait(GRACE):
                print(f"wsed: {one_line(self._loss())}", file=sys.stderr, flush=True)
                os._exit(1)
            return

    def _still_own(self, touch: bool) -> bool:
        """Whether the file is there and is of this process; touches it if asked to."""
        try:
            # Opened anew each time: a network file system then asks its server.
            with open_regular(self.path, follow_links=False) as file:
                own = self._is_own(file.fileno())
                if own and touch:
                    os.utime(file.fileno())
                return own
        except UserError as error:
            cause = error.__cause__
            if isinstance(cause, OSError) and not isinstance(cause, FileNotFoundError):
                raise cause from error
            return False

    def _is_own(self, descriptor: int) -> bool:
        return os.pread(descriptor, SIZE, 0) == self._content and is_at(descriptor, self.path)

    def _busy(self, found: LeaseFile) -> str:
        age = f"last sign of life {found.age(self.path):.0f} s ago"
        return (
            f"{self.what} by {process.in_words(found.process)}, {age}; wait for it, or remove {self.path} to take over"
        )

    def _loss(self) -> str:
        found = None
        with contextlib.suppress(OSError, UserError):
            found = read_lease(self.path)
        reason = f"was taken over by {process.in_words(found.process)}" if found else "was removed"
        return f"{self.path}: {reason}, so this process stops and leaves the folder to others"


_losses: dict[bytes, str] = {}
"""By content of a lost lease, what to say about it."""


def _raise_lost(number: int, frame: FrameType | None) -> None:
    if _losses:
        raise LeaseLostError(next(iter(_losses.values())))
