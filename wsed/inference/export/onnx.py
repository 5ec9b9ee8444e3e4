"""Export to ONNX."""

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from wsed.inference.export.base import ExportFormat, Run
from wsed.inference.export.facts import KEY
from wsed.inference.export.onnx_layers import LAYERS
from wsed.inference.export.outputs import NAMES, Outputs

INPUT = "waveform"
OPSET = 18


class Onnx(ExportFormat):
    """Writes one `.onnx` file; its metadata have the facts as `wsed`, and labels and sample rate by themselves."""

    suffix = ".onnx"
    stand_ins = LAYERS

    def convert(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> Any:
        """See `ExportFormat`."""
        with _quiet(), torch.no_grad():
            return torch.onnx.export(module, inputs, dynamo=True, opset_version=OPSET, verbose=False)

    def write(self, outputs: Outputs, example: Tensor, facts: str, path: Path) -> None:
        """See `ExportFormat`."""
        with _quiet(), torch.no_grad():
            program: Any = torch.onnx.export(
                outputs,
                (example,),
                input_names=[INPUT],
                output_names=outputs.names,
                dynamic_shapes={INPUT: {0: "batch", 1: "samples"}},
                dynamo=True,
                opset_version=OPSET,
                # The optimizer takes 1e-8 for 0, and would remove the floor below the logarithm.
                optimize=False,
                verbose=False,
            )
        model = program.model_proto
        _drop_traces(model)
        content = json.loads(facts)
        plain = {name: json.dumps(content[name], ensure_ascii=False) for name in ("labels", "sample_rate")}
        onnx.helper.set_model_props(model, {KEY: facts, **plain})
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())

    def opened(self, path: Path) -> Run:
        """See `ExportFormat`."""
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        assert names == list(NAMES[: len(names)])
        return lambda waveform: session.run(names, {INPUT: waveform.numpy()})


def _drop_traces(model: onnx.ModelProto) -> None:
    """Removes the lines of code that each node comes from, with the folders of this machine."""
    for holder in [model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer]:
        holder.ClearField("metadata_props")
        holder.ClearField("doc_string")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps what the exporter prints about its progress, and its warnings, from the user."""
    loggers = [logging.getLogger(name) for name in ("torch", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
