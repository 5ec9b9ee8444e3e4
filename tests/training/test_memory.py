"""The estimate of memory against the tensors that a real training step keeps."""

import re

import pytest
import torch
from torch import Tensor

from tests.small_run import SMALL
from wsed.checks.memory import check_memory, machine_memory
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.validate import validate
from wsed.errors import UserError
from wsed.training.build import build_system
from wsed.training.memory import activation_bytes, check_training_memory

FRAMES = 60
BATCH = 3
SYSTEMS = {
    "jsc": ["experiment=jsc", "network.widths=[8,8]"],
    "mtl": ["experiment=mtl", "network.widths=[4,4]", "network.dilations=[1,2]"],
    "gated_crnn": ["experiment=gated_crnn"],
    "strong_weak": ["experiment=strong_weak"],
    "talnet": ["experiment=talnet"],
}


def config(*words: str) -> dict[str, object]:
    with hydra_initialized():
        return validate(compose_config(list(words)))


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_estimate_is_what_a_forward_pass_keeps_for_the_gradient(name: str) -> None:
    described = config(*SYSTEMS[name])
    kept: dict[int, tuple[int, Tensor]] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    system = build_system(described).train()
    own = {parameter.untyped_storage().data_ptr() for parameter in system.parameters()}
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        system.predict(torch.randn(BATCH, FRAMES, system.features.bands))
    real = sum(size for place, (size, _) in kept.items() if place not in own)
    with torch.device("meta"):
        estimated = activation_bytes(build_system(described)) * BATCH * FRAMES
    # Recurrent layers have a workspace that tensors without data do not show.
    assert 0.5 * real < estimated < 1.5 * real


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["data.batch_size=90000"], "a batch of 90000 clips of 1 s needs about"),
        (["mixing.duration=3600", "data.batch_size=1000"], "a batch of 1000 clips of 3600 s needs about"),
        (["network.widths=[16384,16384]"], "the network needs about"),
    ],
)
def test_what_does_not_fit_is_refused_with_both_figures(words: list[str], said: str) -> None:
    described = config(*SMALL, *words)
    data, runtime = (instantiate(described[key]) for key in ("data", "runtime"))  # type: ignore[index]
    with pytest.raises(UserError) as refused:
        check_training_memory(described, runtime, data["module"])
    assert str(refused.value).startswith(said)
    assert re.search(r"about [\d.e+]+ GB, and there are [\d.]+ GB; ", str(refused.value))


def test_what_fits_is_accepted() -> None:
    described = config(*SMALL)
    data, runtime = (instantiate(described[key]) for key in ("data", "runtime"))  # type: ignore[index]
    check_training_memory(described, runtime, data["module"])


def test_the_limit_is_the_memory_of_the_machine() -> None:
    check_memory(machine_memory(), "this", "nothing")
    with pytest.raises(UserError, match=r"^this needs about 0\.0 GB, and there are 0\.0 GB; nothing$"):
        check_memory(2, "this", "nothing", available=1)
