"""Settings of PyTorch that a run leaves as it found them."""

import pytest
import pytorch_lightning as pl
import torch

from wsed.training.process_settings import kept_settings


def settings() -> tuple[object, ...]:
    deterministic = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    return torch.get_num_threads(), torch.backends.cudnn.benchmark, *deterministic


@pytest.mark.parametrize("deterministic", [True, "warn"])
def test_what_lightning_sets_for_a_run_is_undone(deterministic: bool | str) -> None:
    before = settings()
    with kept_settings():
        pl.Trainer(deterministic=deterministic, benchmark=True, logger=False, accelerator="cpu")  # type: ignore[arg-type]
        torch.set_num_threads(torch.get_num_threads() + 1)
        assert all(old != new for old, new in zip(before[:3], settings()[:3], strict=True))
    assert settings() == before
