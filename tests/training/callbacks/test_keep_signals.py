"""A signal stops a run, whatever it interrupts."""

import os
import signal
import time

import pytest

from wsed.errors import StoppedError
from wsed.runs.stop_signals import stopped_by_signals
from wsed.training.callbacks.keep_signals import KeepSignals

HOOKS = ("on_train_batch_end", "on_validation_batch_end", "on_test_batch_end")


class Interrupted:
    """Gets a signal while it is cleared away, where Python drops the error of the handler."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.05)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("hook", HOOKS)
def test_a_signal_that_a_destructor_swallows_stops_the_run_after_the_batch(hook: str) -> None:
    with stopped_by_signals():
        callback = KeepSignals()
        getattr(callback, hook)()
        Interrupted()
        with pytest.raises(StoppedError, match="SIGTERM"):
            getattr(callback, hook)()


@pytest.mark.parametrize("hook", HOOKS)
def test_signals_of_an_earlier_command_do_not_count(hook: str) -> None:
    with stopped_by_signals(), pytest.raises(StoppedError):
        signal.raise_signal(signal.SIGTERM)
    with stopped_by_signals():
        getattr(KeepSignals(), hook)()
