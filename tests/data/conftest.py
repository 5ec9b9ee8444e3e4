"""A soundbank of noise, whose levels and lengths differ."""

import numpy as np
import pytest
import torch

from wsed.data.soundbank import Recording, Soundbank

RATE = 8000


def recording(label: str, number: int, seconds: float) -> Recording:
    rng = np.random.default_rng([len(label), ord(label[0]), number])
    samples = rng.normal(0, rng.uniform(0.01, 0.3), round(seconds * RATE))
    name = f"{label}/{number}"
    return Recording(name, label, 1 + number % 4, name, torch.from_numpy(samples).float())


@pytest.fixture(scope="session")
def bank() -> Soundbank:
    """Two classes of eight events and one scene of eight backgrounds, half of them shorter than a second."""
    return Soundbank(
        RATE,
        ("bark", "bell"),
        tuple(recording(label, number, 0.1 + 0.15 * number) for label in ("bark", "bell") for number in range(8)),
        tuple(recording("street", number, 0.4 + 0.3 * number) for number in range(8)),
    )
