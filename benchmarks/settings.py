"""What all benchmarks are told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How much to measure, and where.

    Attributes:
        small: tiny sizes, by which a test runs everything; its numbers say nothing about speed.
        device: `cuda` or `cpu`, for what runs on either.
        seconds: how long each thing is measured.
    """

    small: bool
    device: str
    seconds: float

    @staticmethod
    def of_machine(small: bool) -> "Settings":
        """The settings for this machine: its GPU if it has one."""
        # Here, because `commands/startup` measures how long PyTorch takes to load.
        import torch

        return Settings(small, "cuda" if torch.cuda.is_available() else "cpu", 0.05 if small else 2.0)
