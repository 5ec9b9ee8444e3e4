"""Missing requirements skip a test, and fail it in CI."""

import pytest

from tests.requirements import SHARED, shared


def test_a_missing_folder_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"{SHARED}/nowhere is missing"):
        shared("nowhere")
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception):
        shared("nowhere")


def test_a_missing_folder_fails_the_test_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=f"{SHARED}/nowhere is missing"):
        shared("nowhere")
