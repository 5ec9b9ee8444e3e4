"""ONNX exports in use: onnxruntime runs them. The files may come from anybody."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
import onnxruntime
import torch
from google.protobuf.message import DecodeError, Message
from torch import Tensor

from wsed.checks.files import read_bytes
from wsed.errors import UserError, one_line
from wsed.features.base import Features, SpectralFeatures
from wsed.inference.export.facts import KEY, Facts, read_facts
from wsed.inference.export.onnx import INPUT
from wsed.inference.export.outputs import NAMES
from wsed.prediction import Prediction
from wsed.systems.card import ModelCard

MOST = 2**31 - 1
"""Bytes. ONNX itself allows no more in one file."""
PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


class OnnxSystem:
    """An export that is used like a system of PyTorch, see `wsed.inference.trained.Trained`.

    Args:
        path: the file, for messages.
        session: runs it.
        facts: what it says about itself.
        provider: the part of onnxruntime that computes.
    """

    def __init__(self, path: Path, session: Any, facts: Facts, device: str) -> None:
        self.path = path
        self.session = session
        self.labels: tuple[str, ...] = facts.labels
        self.features: Features = facts.features
        self.reach: int | None = facts.reach
        self.time_reduction: int = facts.time_reduction
        self.card: ModelCard | None = facts.card
        self.device = torch.device(device)
        self.names = [output.name for output in session.get_outputs()]
        self.separates: bool = NAMES[2] in self.names

    def __call__(self, waveform: Tensor) -> Prediction:
        """The prediction of a batch of waveforms.

        Args:
            waveform: `(batch, samples)` float32 in [-1, 1].

        Raises:
            UserError: the file does not run, or gives what is no prediction.
        """
        try:
            values = self.session.run(self.names, {INPUT: waveform.cpu().numpy()})
        except Exception as error:
            # onnxruntime has an exception of its own for each of its codes.
            raise UserError(f"{self.path}: does not run ({one_line(str(error))}); export it again") from error
        batch, time = len(waveform), self.features.frames(waveform.shape[1])
        shape = (batch, len(self.labels), time, self.features.bands)
        found = dict(zip(self.names, map(torch.from_numpy, values), strict=True))
        for axes, name in zip((2, 3, 4), self.names, strict=False):
            probs = found[name]
            # A comparison with not-a-number is false.
            if tuple(probs.shape) != shape[:axes] or not ((probs >= 0) & (probs <= 1 + 1e-5)).all():
                raise UserError(f"{self.path}: gives {name} that are no probabilities of its classes; export it again")
        return Prediction(*(found[name].clamp(max=1) for name in self.names))


@dataclass(frozen=True)
class OnnxFile:
    """An export that was read.

    Attributes:
        system: runs it.
        facts: what it says about itself.
        digest: identifies its content.
    """

    system: OnnxSystem
    facts: Facts
    digest: str


def read_onnx(path: Path, device: str = "auto", allowed: Sequence[str] = ()) -> OnnxFile:
    """Reads an export.

    Args:
        path: an `.onnx` file of `wsed export`.
        device: `cpu`, `cuda`, or `auto` for a GPU if onnxruntime can use it.
        allowed: modules besides wsed whose classes the file may name.

    Raises:
        UserError: it is none, refers to other files, or the device cannot be used.
    """
    chosen = _device(device)
    content = read_bytes(path, MOST)
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise _refusal(path) from error
    facts = read_facts(_checked(model, path), path, allowed)
    del model
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(content, options, providers=[PROVIDERS[chosen]])
    except Exception as error:
        raise UserError(f"{path}: onnxruntime refuses it ({one_line(str(error))}); export it again") from error
    system = OnnxSystem(path, session, facts, chosen)
    inputs = [(each.name, each.type) for each in session.get_inputs()]
    fits_features = not system.separates or isinstance(facts.features, SpectralFeatures)
    if inputs != [(INPUT, "tensor(float)")] or system.names not in (list(NAMES[:2]), list(NAMES)) or not fits_features:
        raise _refusal(path)
    return OnnxFile(system, facts, hashlib.sha256(content).hexdigest())


def _checked(model: onnx.ModelProto, path: Path) -> str:
    """The facts in a file, which may refer to nothing outside of it."""
    if any(entry.domain not in ("", "ai.onnx") for entry in model.opset_import):
        raise UserError(f"{path}: needs operators that are not of ONNX; export it again")
    for message in _messages(model):
        if isinstance(message, onnx.TensorProto) and (message.external_data or message.data_location):
            raise UserError(f"{path}: keeps its weights in other files, which is refused; export it again")
    texts: list[str] = [entry.value for entry in model.metadata_props if entry.key == KEY]
    if len(texts) != 1:
        raise _refusal(path)
    return texts[0]


def _messages(top: Message) -> Iterator[Message]:
    """Yields a message and all messages in it."""
    waiting = [top]
    while waiting:
        message = waiting.pop()
        yield message
        for field, value in message.ListFields():
            if field.message_type is not None:
                waiting += value if field.is_repeated else [value]


def _device(device: str) -> str:
    available = onnxruntime.get_available_providers()
    if device == "auto":
        return "cuda" if torch.cuda.is_available() and PROVIDERS["cuda"] in available else "cpu"
    if PROVIDERS.get(device) not in available:
        raise UserError(f"--device {device}: this onnxruntime has no such device; give cpu, or install onnxruntime-gpu")
    return device


def _refusal(path: Path) -> UserError:
    return UserError(f"{path}: is no export of wsed; give a file of wsed export --format onnx")
