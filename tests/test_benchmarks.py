"""The tool that measures: what it finds, what it accepts, and that those for GPUs run to their end on a CPU."""

import json
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from benchmarks import __main__ as tool
from benchmarks import timing
from benchmarks.child import BenchmarkFailedError, named, run
from benchmarks.discovery import FOLDER, Benchmark, benchmarks
from benchmarks.figure import EXPONENT, SHARE, Figure, not_here
from benchmarks.flops import flops
from benchmarks.settings import Settings
from benchmarks.systems import network_flops
from benchmarks.table import Results
from wsed.config import composed

SMALL = Settings(small=True, device="cpu", seconds=0.01)


def words_of(target: str) -> list[str]:
    """The words after the interpreter in the recipe of a target of the Makefile."""
    makefile = (FOLDER.parent / "Makefile").read_text()
    found = re.search(rf"^{target}: setup\n\t\$\(BIN\)/python (.+)$", makefile, re.MULTILINE)
    assert found is not None
    return shlex.split(found[1])


@pytest.mark.slow
def test_the_benchmarks_for_gpus_run_to_their_end_on_a_cpu(tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    command = [sys.executable, *words_of("bench-gpu"), "--small", "--save", str(saved)]
    done = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(saved.read_text())
    values = {figure["name"]: figure["value"] for figure in results["figures"]}
    assert values
    assert all(math.isfinite(value) for value in values.values())
    measured = {name.split(": ")[0] for name in [*values, *results["not_here"]]}
    assert measured == {benchmark.name for benchmark in benchmarks([], gpu=True)}
    assert not [reason for reason in results["not_here"].values() if reason.startswith("took more")]
    assert all(value > 0 for value in results["ceilings"].values())
    table = saved.with_suffix(".md").read_text()
    assert all(f"| {name} " in table for name in [*values, *results["not_here"]])


def test_make_runs_the_tool_and_nothing_else() -> None:
    assert words_of("bench") == ["-m", "benchmarks"]
    assert words_of("bench-gpu") == ["-m", "benchmarks", "--gpu", "--save", "benchmarks/results/"]


def test_every_file_in_a_folder_is_a_benchmark() -> None:
    found = {benchmark.name for benchmark in benchmarks([], gpu=False)}
    assert found == {f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.py")}
    for name in found:
        text = (FOLDER / f"{name}.py").read_text()
        assert "\ndef figures(settings: Settings) -> Iterator[Figure]:\n" in text, name
        assert len(text.splitlines()) <= 250, name


def test_names_are_chosen_by_how_they_begin() -> None:
    assert [benchmark.name for benchmark in benchmarks(["training/st"], gpu=False)] == ["training/step"]
    assert {benchmark.name for benchmark in benchmarks(["pooling", "data/mixing"], gpu=False)} == {
        "data/mixing",
        "pooling/complexity",
        "pooling/gwrp",
    }
    assert tool.main(["nothing"]) == 2


def test_the_benchmarks_for_gpus_have_ten_minutes_with_the_ceilings() -> None:
    minutes = [benchmark.gpu_minutes for benchmark in benchmarks([], gpu=True)]
    assert sum(each for each in minutes if each is not None) <= 9.5


@pytest.mark.parametrize(
    ("figure", "passes"),
    [
        (Figure("a", 2.0), True),
        (Figure("a", 2.0, floor=2.0), True),
        (Figure("a", 1.9, floor=2.0), False),
        (Figure("a", 2.0, ceiling=2.0), True),
        (Figure("a", 2.1, SHARE, ceiling=2.0), False),
        (Figure("a", 1.2, EXPONENT, floor=1.0, ceiling=1.5), True),
        (not_here("a", "no GPU"), True),
    ],
)
def test_a_figure_passes_within_its_bounds(figure: Figure, passes: bool) -> None:
    assert figure.passes is passes


def test_a_figure_refuses_what_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="nan"):
        Figure("a", math.nan)
    with pytest.raises(ValueError, match="no reason"):
        Figure("a", None)
    with pytest.raises(ValueError, match="bounds in s"):
        Figure("a", 1.0, "s", ceiling=2.0)


def test_values_are_shown_with_three_digits_and_their_unit() -> None:
    shown = [Figure("a", 12.345), Figure("a", 1234.5, "MB"), Figure("a", 0.0, "s"), not_here("a", "no GPU")]
    assert [figure.value_text() for figure in shown] == ["12.3 x", "1,234 MB", "0 s", "not here: no GPU"]
    assert Figure("a", 0.1234, SHARE).value_text() == "12.3%"
    assert Figure("a", 1.04, EXPONENT).value_text() == "n^1.04"


def test_names_of_figures_begin_with_the_benchmark_and_differ() -> None:
    assert [figure.name for figure in named("data/mixing", [Figure("a", 1.0)])] == ["data/mixing: a"]
    with pytest.raises(ValueError, match="two figures"):
        list(named("data/mixing", [Figure("a", 1.0), Figure("a", 2.0)]))


@pytest.mark.parametrize(("value", "words", "code"), [(1.0, [], 0), (1.0, ["--check"], 1), (3.0, ["--check"], 0)])
def test_check_fails_if_a_ratio_is_below_its_floor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: float, words: list[str], code: int
) -> None:
    def found(benchmark: Benchmark, settings: Settings, limit: float | None) -> Iterator[Figure]:
        yield Figure(f"{benchmark.name}: a", value, floor=2.0)

    monkeypatch.setattr(tool, "run", found)
    monkeypatch.setattr(tool, "ceilings", lambda settings: {"copy, GB/s": 1.0})
    assert tool.main(["pooling/gwrp", *words]) == code
    assert ("missed" in capsys.readouterr().out) is (value < 2)


def test_a_benchmark_that_fails_is_in_the_table_and_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def failing(benchmark: Benchmark, settings: Settings, limit: float | None) -> Iterator[Figure]:
        yield Figure(f"{benchmark.name}: first", 1.0)
        raise BenchmarkFailedError("the second one is broken")

    monkeypatch.setattr(tool, "run", failing)
    monkeypatch.setattr(tool, "ceilings", lambda settings: {})
    assert tool.main(["pooling/gwrp", "--save", str(tmp_path)]) == 1
    assert "the second one is broken" in capsys.readouterr().out
    [path] = tmp_path.glob("*.json")
    saved = json.loads(path.read_text())
    assert saved["failed"] == {"pooling/gwrp": "the second one is broken"}
    assert [figure["name"] for figure in saved["figures"]] == ["pooling/gwrp: first"]


def test_a_process_that_fails_or_takes_too_long_is_reported() -> None:
    with pytest.raises(BenchmarkFailedError, match="nowhere"):
        list(run(Benchmark("pooling/nowhere", None), SMALL, None))
    [rest] = run(Benchmark("training/step", None), SMALL, 0.01)
    assert rest.name == "training/step: the rest"
    assert rest.reason.startswith("took more")


def test_a_tool_that_is_stopped_stops_its_benchmark() -> None:
    command = [sys.executable, "-m", "benchmarks", "training/step"]
    process = subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert process.stderr.read(len("training/step ...")) == b"training/step ..."
    while not (started := sessions(process.pid)):
        time.sleep(0.01)
    process.terminate()
    assert process.wait() == 128 + signal.SIGTERM
    assert not any(Path("/proc", str(pid)).exists() for pid in started)


def sessions(pid: int) -> list[int]:
    """The processes below a process that lead a session of their own, as that of a benchmark does."""
    found: list[int] = []
    # Some end meanwhile.
    with suppress(FileNotFoundError, ProcessLookupError):
        for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            found += [*([child] if os.getsid(child) == child else []), *sessions(child)]
    return found


def test_what_is_not_here_is_saved_with_its_reason() -> None:
    results = Results([not_here("a", "no GPU"), Figure("b", 1.0)], {}, {}, {}, "", small=False)
    saved = json.loads(json.dumps(results.plain()))
    assert saved["not_here"] == {"a": "no GPU"}
    assert [figure["name"] for figure in saved["figures"]] == ["b"]


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_law_is_found(power: float) -> None:
    sizes = [3, 10, 40, 100]
    assert timing.exponent(sizes, [7e-3 * size**power for size in sizes]) == pytest.approx(power)


def test_functions_are_measured_by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: float(next(clock)))
    calls: list[str] = []
    functions = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    assert timing.seconds(functions, budget=5.0) == {"a": 1.0, "b": 1.0}
    assert calls == ["a", "b"] * 6


def test_operations_of_a_network_are_those_of_its_convolutions() -> None:
    config = composed("experiment=jsc_published", "network.widths=[4]", "mixing.duration=1.0")
    # One of one map, one of four, and a head for three classes, each forward and for the gradient of its weights; and
    # all but the first for that of its input.
    frames, bands = 1 + (16000 - 1024) // 528, 64
    first, second, head = 9 * 1 * 4, 9 * 4 * 4, 4 * 3
    products = frames * bands * (2 * first + 3 * second + 3 * head)
    assert network_flops(config, clips=5) == 5 * 2 * products


@pytest.mark.parametrize("groups", [1, 4, 8])
def test_operations_of_a_convolution_whose_channels_are_apart_are_fewer(groups: int) -> None:
    layer = torch.nn.Conv2d(8, 8, 3, padding=1, groups=groups)
    maps = torch.randn(2, 8, 5, 6, requires_grad=True)
    products = 2 * 5 * 6 * 8 * (8 // groups) * 9
    assert flops(lambda: layer(maps)) == 2 * products
    assert flops(lambda: layer(maps).sum().backward()) == 3 * 2 * products
    assert flops(lambda: layer(maps.detach()).sum().backward()) == 2 * 2 * products
