import io
from pathlib import Path

import numpy as np
import pandas as pd

from tests.commands.recordings.conftest import Command


def test_a_run_is_exported_and_the_export_is_used_like_the_run(
    small_run: Path, recordings: Path, command: Command
) -> None:
    code, out, err = command("export", small_run, "--format", "onnx", "--output", "model.onnx")
    assert (code, err) == (0, "")
    assert out.startswith("model.onnx: ")
    assert "differs from the system by" in out
    tables = []
    for model in (small_run, "model.onnx"):
        code, out, _ = command("detect", model, recordings, "--device", "cpu")
        assert code == 0
        tables.append(pd.read_csv(io.StringIO(out), sep="\t"))
    assert len(tables[0])
    assert set(tables[0]["event_label"]) == set(tables[1]["event_label"])
    np.testing.assert_allclose(tables[0]["score"].max(), tables[1]["score"].max(), atol=0.01)
    assert command("separate", "model.onnx", recordings / "a.wav", "--output", "sounds")[0] == 0
    assert Path("sounds/a.rest.wav").is_file()


def test_mistakes_have_one_line(small_run: Path, recordings: Path, command: Command) -> None:
    for words, said in [
        (["--format", "onnx", "--output", "model.pt"], "must end with .onnx"),
        (["--format", "tflite", "--output", "model.tflite"], "invalid choice"),
        (["--format", "torch"], "--output"),
        (["--format", "torch", "--output", "nowhere/model.pt"], "there is no folder nowhere"),
    ]:
        code, _, err = command("export", small_run, *words)
        assert (code, err.count("\n")) == (2, 1), err
        assert said in err
    Path("empty").mkdir()
    assert "is not the folder of a run" in command("export", "empty", "--format", "torch", "--output", "m.pt")[2]
