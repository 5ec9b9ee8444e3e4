"""ONNX exports that are read back, also those of somebody else."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper, numpy_helper

import wsed
from tests.inference.export.conftest import trained
from tests.inference.test_model import noise
from wsed.errors import UserError
from wsed.inference.export.export import export
from wsed.inference.export.facts import KEY
from wsed.inference.export.formats import export_format
from wsed.inference.model import Model


@pytest.fixture(scope="module")
def jsc() -> Model:
    return trained("model=jsc", "network.widths=[4,4]")


@pytest.fixture(scope="module")
def exported(jsc: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "model.onnx"
    export(jsc, export_format("onnx"), path)
    return path


@pytest.mark.parametrize("seconds", [0.01, 0.7, 1.0, 4.3])
def test_an_export_detects_and_separates_like_the_system(jsc: Model, exported: Path, seconds: float) -> None:
    recording = noise(2, round(seconds * 44100))
    read = wsed.load(exported, "cpu")
    assert (read.labels, read.sample_rate, read.clip_seconds, read.separates) == (jsc.labels, 16000, 1.0, True)
    assert read.postprocessing == jsc.postprocessing
    assert read.system.reach == jsc.system.reach == 4
    np.testing.assert_allclose(read.scores(recording, 44100), jsc.scores(recording, 44100), atol=1e-5)
    expected = jsc.separate(recording, 44100, classes=jsc.labels)
    for name, source in read.separate(recording, 44100, classes=jsc.labels).items():
        np.testing.assert_allclose(source, expected[name], atol=1e-5)
    events = read.detect(recording, 44100, threshold=0.5)
    pd.testing.assert_frame_equal(events, jsc.detect(recording, 44100, threshold=0.5), atol=1e-5)


def test_an_export_cannot_be_exported(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is an export already"):
        export(wsed.load(exported, "cpu"), export_format("onnx"), tmp_path / "again.onnx")


def test_an_export_to_torch_is_for_other_programs() -> None:
    with pytest.raises(UserError, match=r"model.pt: is for programs without wsed"):
        wsed.load("model.pt")


def test_a_device_that_onnxruntime_does_not_have(exported: Path) -> None:
    with pytest.raises(UserError, match="has no such device"):
        wsed.load(exported, "moon")


def facts(**changed: Any) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        entry = next(each for each in model.metadata_props if each.key == KEY)
        entry.value = json.dumps({**json.loads(entry.value), **changed})

    return change


def card(**changed: Any) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        entry = next(each for each in model.metadata_props if each.key == KEY)
        content = json.loads(entry.value)
        content["card"] |= changed
        entry.value = json.dumps(content)

    return change


def text(value: str) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        next(each for each in model.metadata_props if each.key == KEY).value = value

    return change


def external(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def external_in_a_subgraph(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.zeros(1, np.float32), "hidden")
    tensor.external_data.add(key="location", value="../secret")
    branch = helper.make_graph([helper.make_node("Constant", [], ["x"], value=tensor)], "branch", [], [])
    model.graph.node.append(helper.make_node("If", ["waveform"], ["y"], then_branch=branch, else_branch=branch))


def foreign(model: onnx.ModelProto) -> None:
    model.opset_import.add(domain="com.microsoft", version=1)


def renamed(model: onnx.ModelProto) -> None:
    del model.graph.output[1:]


def broken(model: onnx.ModelProto) -> None:
    model.graph.node[-1].op_type = "Nothing"


def without_facts(model: onnx.ModelProto) -> None:
    model.ClearField("metadata_props")


LABELS = ["baby_cry", "glass_break", "gunshot"]
BAD: dict[str, tuple[Callable[[onnx.ModelProto], None], str]] = {
    "weights elsewhere": (external, "keeps its weights in other files"),
    "weights elsewhere, hidden": (external_in_a_subgraph, "keeps its weights in other files"),
    "other operators": (foreign, "needs operators that are not of ONNX"),
    "other outputs": (renamed, "is no export of wsed"),
    "an operator that does not exist": (broken, "onnxruntime refuses it"),
    "no facts": (without_facts, "is no export of wsed"),
    "no JSON": (text("{"), "its description is not JSON"),
    "a list": (text("[]"), "was not exported by this version"),
    "depth": (text("[" * 10_000), "its description"),
    "another key": (facts(more=1), "was not exported by this version"),
    "labels of numbers": (facts(labels=[1, 2, 3]), "labels must be a list of texts"),
    "labels that are paths": (facts(labels=["../a", "b", "c"]), "labels"),
    "the same label twice": (facts(labels=["a", "a", "b"]), "twice"),
    "a negative reach": (facts(reach=-1), "reach must be"),
    "a reach of text": (facts(reach="4"), "reach must be"),
    "features of another class": (facts(features={"_target_": "os.system", "command": "id"}), "not of wsed"),
    "features without class": (facts(features={}), "features"),
    "features that are a pooling": (facts(features={"_target_": "wsed.pooling.gap.GlobalAveragePooling"}), "features"),
    "no post-processing": (card(postprocessing=None), "its thresholds are not known"),
    "other post-processing": (card(postprocessing={"_target_": "subprocess.Popen", "args": "id"}), "not of wsed"),
    "clips of a year": (card(clip_seconds=3e7), "clip_seconds"),
    "a card of text": (facts(card="card"), "has no card"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_of_somebody_else_is_refused(case: str, exported: Path, tmp_path: Path) -> None:
    change, words = BAD[case]
    model = onnx.load(exported)
    change(model)
    path = tmp_path / "bad.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(UserError) as caught:
        wsed.load(path, "cpu")
    assert words in str(caught.value)
    assert "bad.onnx" in str(caught.value)


def one_class_more(model: onnx.ModelProto) -> None:
    entry = next(each for each in model.metadata_props if each.key == KEY)
    entry.value = json.dumps({**json.loads(entry.value), "labels": ["a", "b", "c", "d"]})


def probabilities_of_minus_one(model: onnx.ModelProto) -> None:
    node = next(each for each in model.graph.node if "clip_probs" in each.output)
    node.output[0] = "before"
    model.graph.node.append(helper.make_node("Neg", ["before"], ["clip_probs"]))


@pytest.mark.parametrize("change", [one_class_more, probabilities_of_minus_one])
def test_outputs_that_are_no_prediction_are_refused(
    change: Callable[[onnx.ModelProto], None], exported: Path, tmp_path: Path
) -> None:
    model = onnx.load(exported)
    change(model)
    path = tmp_path / "bad.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(UserError, match="no probabilities of its classes"):
        wsed.load(path, "cpu").detect(noise(16000), 16000)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(b"\x0a\xff" * 99)


def sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**33)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (empty, "is no export of wsed"),
        (garbage, "is no export of wsed"),
        (sparse, "has more than 2048 MB"),
        (os.mkfifo, "is a pipe"),
        (Path.mkdir, "is a folder"),
        (lambda path: None, "does not exist"),
    ],
)
def test_what_is_no_onnx_file_is_refused(make: Callable[[Path], None], words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.onnx"
    make(path)
    with pytest.raises(UserError) as caught:
        wsed.load(path, "cpu")
    assert words in str(caught.value)
