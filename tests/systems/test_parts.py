"""Systems and networks that do not go together are refused in one line."""

import pytest

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.groups import groups
from wsed.config.validate import validate
from wsed.errors import UserError
from wsed.systems.base import System
from wsed.systems.mask_system import MaskSystem
from wsed.training.run import build_system

MASKS = ("vgg", "vgg_dilated", "vgg_gwrp", "ddc")
"""Networks that keep time and frequency."""


def built(*words: str) -> System:
    with hydra_initialized():
        return build_system(validate(compose_config(list(words))))


@pytest.mark.parametrize("network", groups()["network"])
@pytest.mark.parametrize("model", ["jsc", "mtl", "gated_crnn", "strong_weak"])
def test_a_system_takes_every_network_of_its_kind_and_refuses_the_others(model: str, network: str) -> None:
    words = (f"model={model}", f"network={network}")
    draws = model in ("jsc", "mtl")
    if draws == (network in MASKS):
        assert isinstance(built(*words), MaskSystem) == draws
        return
    with pytest.raises(UserError) as refusal:
        built(*words)
    message = str(refusal.value)
    with hydra_initialized():
        config = compose_config(list(words))
    system, encoder = (config[group]["_target_"].rpartition(".")[2] for group in ("model", "network"))
    # Both choices, and a way out.
    assert message.startswith(f"{system}: predicts ")
    assert f"the network {encoder} " in message
    assert "choose a network" in message
    assert "\n" not in message


def test_the_ways_out_that_messages_name_work() -> None:
    assert built("model=jsc", "network=vgg")
    assert built("model=strong_weak", "network=crnn")
    assert built("model=gated_crnn", "network=gated_crnn", "features=mfcc")
