"""SIGTERM and SIGINT end a command with one line, and with the exit code that a shell expects: 128 + signal."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from wsed.errors import StoppedError

REPEATED_WITHIN = 2.0
"""Seconds. `srun` forwards a signal that Slurm sends to every process as well; the second one must not disturb the
end of a run."""

_DEFAULTS = {signal.SIGTERM: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}

_DELAYED = (*_DEFAULTS, signal.SIGUSR1, signal.SIGUSR2)
"""The same, and those that Slurm sends before it stops a job."""

_received: dict[int, float] = {}


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Makes SIGTERM and SIGINT raise `StoppedError` in the main thread, unless somebody else handles or ignores them.

    Background jobs of a shell ignore SIGINT, and submitit handles SIGTERM; both stay as they are.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _DEFAULTS}
    own = [number for number, default in _DEFAULTS.items() if before[number] == default]
    if own:
        _received.clear()
    for number in own:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in own:
            signal.signal(number, before[number])


@contextmanager
def delayed_signals() -> Iterator[None]:
    """Runs the handlers of signals that stop a run after a block instead of within it.

    Blocking the signals is not enough: the kernel then delivers them to another thread, and Python still runs the
    handler in this one.
    """
    if threading.current_thread() is not threading.main_thread():
        # Python runs handlers on the main thread alone.
        yield
        return
    arrived: list[int] = []
    delays = False
    before = {number: handler for number in _DELAYED if callable(handler := signal.getsignal(number))}

    def later(number: int, frame: FrameType | None) -> None:
        if delays:
            arrived.append(number)
        else:
            # While the handlers are being replaced. If this raises, `later` may stay in place and still calls them.
            before[signal.Signals(number)](number, frame)

    for number in before:
        signal.signal(number, later)
    try:
        delays = True
        yield
    finally:
        delays = False
        for number, handler in before.items():
            signal.signal(number, handler)
        for signal_number in arrived:
            signal.raise_signal(signal_number)


def stop(number: int, frame: FrameType | None) -> None:
    """Handles a signal.

    Raises:
        StoppedError: always, except for the same signal a second time at the same moment.
    """
    last, _received[number] = _received.get(number, -REPEATED_WITHIN), time.monotonic()
    if _received[number] - last >= REPEATED_WITHIN:
        raise StoppedError(number)


def check_received() -> None:
    """Stops what goes on although a signal was received.

    Python discards an exception that is raised in a destructor, and `stop` may interrupt one.

    Raises:
        StoppedError: a signal was received.
    """
    for number in _received:
        raise StoppedError(number)
