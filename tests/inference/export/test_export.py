"""Exports are run by a process that cannot import wsed, and compared with the system."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

import wsed
from tests.inference.export.conftest import trained
from wsed.config.groups import groups
from wsed.errors import UserError
from wsed.features.mfcc import Mfcc
from wsed.inference.export.base import ExportFormat
from wsed.inference.export.export import export
from wsed.inference.export.formats import export_format
from wsed.inference.export.stand_ins import COMMON, PlainMfcc
from wsed.inference.model import Model
from wsed.networks.base import Encoder
from wsed.pooling.top_k import TopKPooling

SUFFIX = {"onnx": ".onnx", "torch": ".pt"}
RUN = {
    "onnx": """
import sys, numpy as np, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
names = [each.name for each in session.get_outputs()]
facts = session.get_modelmeta().custom_metadata_map["wsed"]
run = lambda waveform: session.run(None, {"waveform": waveform})
""",
    "torch": """
import sys, numpy as np, torch
files = {"wsed.json": ""}
loaded = torch.jit.load(sys.argv[1], _extra_files=files)
facts = files["wsed.json"]
facts = facts if isinstance(facts, str) else facts.decode()
run = lambda waveform: [each.numpy() for each in loaded(torch.from_numpy(waveform))]
""",
}
AFTER = """
assert not any(name.split(".")[0] == "wsed" for name in sys.modules)
outputs = {}
for name, waveform in np.load("in.npz").items():
    for number, value in enumerate(run(waveform)):
        outputs[f"{name}.{number}"] = value
np.savez("out.npz", **outputs)
open("facts.json", "w").write(facts)
"""
SHAPES = [(1, 4096), (1, 16000), (2, 23456), (5, 9999)]


def run_elsewhere(path: Path, name: str, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Inputs and outputs of an export in a process without wsed."""
    generator = np.random.default_rng(3)
    inputs = {str(number): generator.normal(0, 0.1, shape).astype(np.float32) for number, shape in enumerate(SHAPES)}
    np.savez(folder / "in.npz", **inputs)
    command = [sys.executable, "-I", "-c", RUN[name] + AFTER, str(path)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env={"OMP_NUM_THREADS": "1"})
    return inputs, dict(np.load(folder / "out.npz"))


@pytest.mark.parametrize("name", ["onnx", "torch"])
@pytest.mark.parametrize(
    "words",
    [
        ["model=jsc", "network.widths=[4]", "model.presence=4", "model.sharpness=1.5"],
        ["model=strong_weak", "pooling=top_k"],
        ["model=gated_crnn", "network.recurrent=keras", "features=mfcc", "pooling=attention"],
    ],
    ids=lambda words: words[0],
)
def test_another_program_gives_the_same_at_any_length_and_batch_size(
    words: list[str], name: str, tmp_path: Path
) -> None:
    model = trained(*words)
    path = tmp_path / f"model{SUFFIX[name]}"
    assert max(export(model, export_format(name), path).values()) < 1e-4
    inputs, outputs = run_elsewhere(path, name, tmp_path)
    for key, waveform in inputs.items():
        with torch.inference_mode():
            expected = model.system(torch.from_numpy(waveform))
        tensors = [expected.clip_probs, expected.frame_probs, expected.masks]
        for number, tensor in enumerate(each for each in tensors if each is not None):
            assert outputs[f"{key}.{number}"].shape == tensor.shape
            np.testing.assert_allclose(outputs[f"{key}.{number}"], tensor, atol=1e-5)
        assert sum(each.startswith(f"{key}.") for each in outputs) == (3 if expected.masks is not None else 2)
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert facts["labels"] == list(model.labels)
    assert facts["sample_rate"] == 16000
    assert facts["card"]["postprocessing"]["threshold"] == 0.5
    folder = str(Path(wsed.__file__).parent).encode()
    assert folder not in path.read_bytes() or name == "torch"


SAME_LAYERS = {"jsc_tuned", "vgg_gwrp", "talnet_audioset", "dnn"}
"""Models that have the layers of another, with other numbers."""
MODELS = [[f"model={model}", "pooling=gwrp"] for model in groups()["model"] if model not in SAME_LAYERS]
POOLINGS = [["model=jsc", f"pooling={pooling}"] for pooling in groups()["pooling"]]
OTHERS = [
    ["model=mlp", "pooling=attention"],
    ["model=jsc", "model.background=own"],
    ["model=mtl", "pooling=fap", "pooling.reading=cells"],
    ["model=mtl", "pooling=fap", "pooling.reading=frames"],
    ["model=mlp", "features=mfcc"],
    ["model=jsc", "pooling=attention", "pooling.look_at=probs", "pooling.axis=cell"],
]


def small(words: list[str]) -> list[str]:
    widths = "network.widths=[4]" if words[0] == "model=jsc" else None
    return words if widths is None else [*words, widths]


@pytest.mark.slow
@pytest.mark.parametrize("words", [*MODELS, *POOLINGS, *OTHERS], ids=",".join)
def test_every_system_and_every_pooling_can_be_exported(words: list[str], tmp_path: Path) -> None:
    model = trained(*small(words))
    for name, suffix in SUFFIX.items():
        largest = export(model, export_format(name), tmp_path / f"model{suffix}")
        assert largest.keys() == {"clip_probs", "frame_probs"} | ({"masks"} if model.system.separates else set())
        assert max(largest["clip_probs"], largest["frame_probs"]) < 1e-4
        # The masks of `mtl_tuned` are square roots: a rounding of 1e-7 at a mask of 0 becomes 3e-4.
        assert largest.get("masks", 0.0) < (1e-3 if words[0] == "model=mtl_tuned" else 1e-4)


@pytest.mark.parametrize(("share", "cells"), [(0.1, 30), (0.1, 31), (0.07, 100), (1e-6, 5), (1.0, 7), (0.3, 10)])
def test_top_k_counts_as_the_original(share: float, cells: int) -> None:
    original = TopKPooling(share)
    probs = torch.rand(2, 3, cells, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(COMMON[TopKPooling](original)(probs), original(probs))


@pytest.mark.parametrize("samples", [1024, 1600, 9000])
def test_mfcc_have_the_differences_of_torchaudio(samples: int) -> None:
    original = Mfcc(16000, "hamming", 1024, 320, 24, 0.0, 8000.0, 1e-8, None, 32)
    waveform = torch.randn(2, samples, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(PlainMfcc(original)(waveform), original(waveform), atol=1e-5, rtol=1e-5)


class Odd(Encoder):
    """Depends on its values in a way that no graph can."""

    channels = 8
    keeps_frequency = False

    def forward(self, features: Tensor) -> Tensor:
        loud = float(features.square().mean()) > 0
        return features[:, :, :8].transpose(1, 2) * (2 if loud else 1)


@pytest.mark.parametrize(
    ("part", "replaced", "words"),
    [("network", Odd(), "network, Odd, cannot be exported"), ("head", nn.Module(), "head, Module, cannot")],
)
def test_what_cannot_be_exported_is_named(part: str, replaced: nn.Module, words: str, tmp_path: Path) -> None:
    if part == "head":
        replaced.register_forward_pre_hook(lambda *_: None)
        replaced.forward = lambda embedding: torch.from_numpy(np.sort(embedding.numpy(), 1))[:, :3]  # type: ignore[method-assign]
    model = trained("model=mlp", "network.widths=[8]", "pooling=gap")
    setattr(model.system, part, replaced)
    with pytest.raises(UserError) as caught:
        export(model, export_format("onnx"), tmp_path / "model.onnx")
    assert words in str(caught.value)
    assert not list(tmp_path.iterdir())


class Wrong(ExportFormat):
    """A format whose files give other numbers."""

    suffix = ".wrong"
    stand_ins: dict = {}  # noqa: RUF012

    def __init__(self, model: Model, changed: Callable[[np.ndarray], np.ndarray]) -> None:
        self.model = model
        self.changed = changed

    def convert(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        """Does nothing."""

    def write(self, outputs: nn.Module, example: Tensor, facts: str, path: Path) -> None:
        """Writes the facts."""
        path.write_text(facts)

    def opened(self, path: Path) -> Callable[[Tensor], list[np.ndarray]]:
        """Changes the first output."""

        def run(waveform: Tensor) -> list[np.ndarray]:
            with torch.inference_mode():
                prediction = self.model.system(waveform)
            return [self.changed(prediction.clip_probs.numpy()), prediction.frame_probs.numpy()]

        return run


@pytest.mark.parametrize(
    ("change", "is_right"),
    [
        (lambda probs: probs + np.float32(5e-5), True),
        (lambda probs: probs + np.float32(2e-4), False),
        (lambda probs: probs * np.float32("nan"), False),
        (lambda probs: probs[:, :1], False),
        (lambda probs: probs.repeat(2, 0)[: 1 if len(probs) == 1 else None], False),
    ],
)
def test_a_file_that_gives_other_numbers_is_not_left(
    change: Callable[[np.ndarray], np.ndarray], is_right: bool, tmp_path: Path
) -> None:
    model = trained("model=mlp", "network.widths=[4]")
    path = tmp_path / "model.wrong"
    path.write_text("before")
    if is_right:
        assert 4e-5 < export(model, Wrong(model, change), path)["clip_probs"] < 6e-5
        return
    with pytest.raises(UserError, match="clip_probs would differ by"):
        export(model, Wrong(model, change), path)
    assert path.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def fails(probs: np.ndarray) -> np.ndarray:
    raise ArithmeticError("no luck")


def test_a_file_that_does_not_run_is_not_left(tmp_path: Path) -> None:
    model = trained("model=mlp", "network.widths=[4]")
    with pytest.raises(UserError, match=r"model.wrong: does not run \(no luck\); nothing was written"):
        export(model, Wrong(model, fails), tmp_path / "model.wrong")
    assert not list(tmp_path.iterdir())


def test_the_name_of_the_file_fits_the_format(tmp_path: Path) -> None:
    model = trained("model=mlp", "network.widths=[4]")
    with pytest.raises(UserError, match=r"model.txt: must end with .onnx"):
        export(model, export_format("onnx"), tmp_path / "model.txt")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(UserError, match=r"onnxscript; pip install 'wsed\[export\]'"):
        export_format("onnx")


def test_onnx_has_operators_of_onnx_alone(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export(trained("model=strong_weak"), export_format("onnx"), path)
    model = onnx.load(path)
    assert {node.domain for node in model.graph.node} == {""}
    assert [node.op_type for node in model.graph.node].count("GRU") == 2
    assert not {"STFT", "DFT", "Loop", "Scan"} & {node.op_type for node in model.graph.node}
