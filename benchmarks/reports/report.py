"""Time of `wsed report` over 1,000 runs, compared with merely reading their `results.json` and `metrics.csv`."""

import csv
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.figure import Figure
from benchmarks.settings import Settings

LABELS = [f"class_{index}" for index in range(10)]
MODELS = ("jsc", "crnn", "gated_crnn", "talnet")
POOLINGS = ("gap", "gmp", "gwrp", "linear_softmax", "attention")
RATES = ("0.0001", "0.0003", "0.001", "0.003", "0.01")
SEEDS = range(1, 11)
RUNS = 1000
"""The number of all settings times seeds."""
EPOCHS, CLIPS, FRAMES, BANDS, EXAMPLES, RATE = 40, 96, 121, 64, 3, 16_000
COUNTS = ("f1", "precision", "recall", "error_rate", "deletion_rate", "insertion_rate")
SOURCES = ("", "mixture/", "ideal_binary_mask/", "ideal_ratio_mask/")
DECIBELS = ("sdr", "sir", "sar", "si_sdr")


def names() -> list[str]:
    """Every score of a run, as `wsed train` names them."""
    found = []
    for metric, overall, alone in (
        ("tagging", ("map", "auroc", "lwlrap"), ("ap", "auroc", "f1", "precision", "recall")),
        ("frame", ("map", "auroc", "eer"), ("ap", "auroc", "eer")),
        *((f"{kind}_based", (), COUNTS) for kind in ("event", "segment", "intersection")),
        *((f"separation/{source}".rstrip("/"), DECIBELS, DECIBELS) for source in SOURCES),
    ):
        found += [f"{metric}/{measure}" for measure in overall]
        found += [f"{metric}/class/{label}/{measure}" for label in LABELS for measure in alone]
        if metric.endswith("_based"):
            found += [f"{metric}/{mean}/{measure}" for mean in ("micro", "macro") for measure in COUNTS]
    for scenario in ("psds/scenario1", "psds/scenario2"):
        found += [scenario, *(f"{scenario}/class/{label}" for label in LABELS)]
    return found


def make_runs(root: Path, count: int) -> None:
    """Writes a fake sweep of so many runs, which share one folder of predictions."""
    rng = np.random.default_rng(0)
    make_predictions(root / "predictions", rng)
    grid = list(product(MODELS, POOLINGS, RATES, SEEDS))
    for number, (model, pooling, rate, seed) in enumerate(grid[:count]):
        words = [f"model={model}", f"pooling={pooling}", f"optimizer.lr={rate}", f"seed={seed}"]
        folder = root / "sweep" / ",".join(words)
        folder.mkdir(parents=True)
        (folder / "predictions").symlink_to(root / "predictions")
        failed = number % 100 == 99
        status = {"status": "failed", "reason": "loss is nan"} if failed else {"status": "done", "reason": None}
        (folder / "status.json").write_text(json.dumps(status))
        if failed:
            continue
        scale = (SEEDS.index(seed) + 3 * POOLINGS.index(pooling)) / 20
        metrics = make_metrics(rng, scale)
        choices = {"data": "desed", "model": model, "pooling": pooling, "loss": "clip_bce"}
        results = make_results(words, choices, seed, f"{number:08x}", metrics)
        (folder / "results.json").write_text(json.dumps(results, indent=2))
        write_curves(folder / "metrics.csv", rng, scale, metrics)


def make_metrics(rng: np.random.Generator, scale: float) -> dict[str, Any]:
    """Every score, with its confidence interval."""
    scores = names()
    factors = [20 if name.startswith("sep") else 1 for name in scores]
    values = (rng.uniform(0.2, 0.5, len(scores)) + scale / 3) * factors
    metrics: dict[str, Any] = dict(zip(scores, values.tolist(), strict=True))
    return metrics | {f"{name}/ci95": [0.9 * value, 1.1 * value] for name, value in metrics.items()}


def make_results(
    overrides: list[str], choices: dict[str, str], seed: int, identity: str, metrics: dict[str, Any]
) -> dict[str, Any]:
    """The content of a `results.json`."""
    return {
        "name": "fake",
        "identity": identity,
        "overrides": overrides,
        "command": " ".join(["wsed train", *overrides]),
        "choices": choices,
        "labels": LABELS,
        "seed": seed,
        "parameters": 260_355,
        "metrics": metrics,
        "timing": {"train_seconds": 1426.1, "test_seconds": 5.7},
        "git": {"commit": "0123456789abcdef", "dirty": False},
    }


def write_curves(path: Path, rng: np.random.Generator, scale: float, metrics: dict[str, Any]) -> None:
    """Writes a `metrics.csv`: a row per epoch, then one with the scores of the test."""
    scores = names()
    curves = ["train/loss", "train/clip_bce", "train/clip_bce_weighted", "val/loss", "val/clip_bce", "val/tagging/map"]
    curves += [f"val/{name}" for name in scores if name.startswith(("tagging", "frame"))]
    header = ["epoch", "step", *dict.fromkeys([*curves, *(f"test/{name}" for name in scores)])]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for epoch in range(EPOCHS):
            fall = (0.5 + scale) * np.exp(-epoch / 10) + rng.normal(0, 0.02, len(curves))
            row = {"epoch": epoch, "step": 100 * epoch, **dict(zip(curves, fall.tolist(), strict=True))}
            writer.writerow([row.get(name, "") for name in header])
        writer.writerow(["", 100 * EPOCHS, *(metrics.get(name.removeprefix("test/"), "") for name in header[2:])])


def make_predictions(folder: Path, rng: np.random.Generator) -> None:
    """Writes the scores of every clip, the ground truth, and a few example clips with sounds."""
    edges = np.arange(FRAMES + 1) * 0.033
    truth, durations = ["filename\tonset\toffset\tevent_label"], ["filename\tduration"]
    (folder / "scores").mkdir(parents=True)
    for clip in range(CLIPS):
        rows = ["\t".join(["onset", "offset", *LABELS])]
        # Smooth, and higher where the event of the clip sounds.
        walk = rng.normal(size=(FRAMES, len(LABELS))).cumsum(0) * 0.1 - 1.5
        walk[15:60, clip % len(LABELS)] += rng.uniform(0, 3)
        probs = (1 / (1 + np.exp(-walk))).round(6)
        rows += ["\t".join(map(str, [*edges[i : i + 2].round(3), *probs[i]])) for i in range(FRAMES)]
        (folder / "scores" / f"{clip}.tsv").write_text("\n".join(rows) + "\n")
        truth.append(f"{clip}.wav\t0.5\t2.0\t{LABELS[clip % len(LABELS)]}")
        durations.append(f"{clip}.wav\t4.0")
    (folder / "reference.tsv").write_text("\n".join(truth) + "\n")
    (folder / "durations.tsv").write_text("\n".join(durations) + "\n")
    strong = np.zeros((EXAMPLES, len(LABELS), FRAMES), np.uint8)
    strong[:, :, 15:60] = 1
    np.savez(
        folder / "examples.npz",
        filename=np.array([f"{clip}.wav" for clip in range(EXAMPLES)]),
        label=np.array(LABELS[:EXAMPLES]),
        labels=np.array(LABELS),
        log_mel=rng.normal(size=(EXAMPLES, FRAMES, BANDS)),
        ideal_binary_mask=patches(rng) > 0.5,
        masks=patches(rng),
        frame_probs=rng.uniform(size=(EXAMPLES, len(LABELS), FRAMES)),
        strong=strong,
        frames_per_second=np.float64(1 / 0.033),
    )
    for clip in range(EXAMPLES):
        (folder / "audio" / str(clip)).mkdir(parents=True)
        for name in ("mixture", "truth", "separated"):
            samples = rng.normal(0, 0.005, 4 * RATE)
            soundfile.write(folder / "audio" / str(clip) / f"{name}.flac", samples, RATE)


def patches(rng: np.random.Generator) -> np.ndarray:
    """Masks `(clip, time, freq)` that vary as slowly as those of a network with pooling layers."""
    coarse = rng.uniform(size=(EXAMPLES, FRAMES // 4 + 1, BANDS // 4))
    return coarse.repeat(4, axis=1).repeat(4, axis=2)[:, :FRAMES]


def read(root: Path) -> tuple[float, float]:
    """Seconds to read every `results.json`, and seconds to read every `metrics.csv`."""
    started = time.perf_counter()
    for path in root.glob("sweep/*/results.json"):
        json.loads(path.read_text())
    between = time.perf_counter()
    for path in root.glob("sweep/*/metrics.csv"):
        with path.open(newline="") as file:
            list(csv.reader(file))
    return between - started, time.perf_counter() - between


def stages(folder: Path) -> dict[str, float]:
    """Seconds of each stage, run one after the other in this process, which has imported little so far."""
    clock = [time.perf_counter()]

    def lap() -> float:
        clock.append(time.perf_counter())
        return clock[-1] - clock[-2]

    from wsed.reports.page.write import write_page
    from wsed.reports.runs import read_runs_below
    from wsed.reports.score_table import write_csv
    from wsed.reports.seed_table import seed_table
    from wsed.reports.settings import by_settings

    seconds = {"imports": lap()}
    runs = by_settings(read_runs_below([folder]))
    seconds["results.json"] = lap()
    seed_table(runs).markdown()
    seconds["comparison.md"] = lap()
    write_csv(runs, io.StringIO())
    seconds["comparison.csv"] = lap()
    write_page(runs, folder)
    seconds["page with metrics.csv, PSD-ROC and figures"] = lap()
    return seconds


def report(root: Path) -> float:
    """Seconds of `wsed report` in a process of its own, since the time of imports counts."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "wsed", "report", str(root / "sweep")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def figures(settings: Settings) -> Iterator[Figure]:
    """Seconds by stage, the size of the page, and the ratio."""
    count = 4 if settings.small else RUNS
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        make_runs(root, count)
        results, curves = read(root)
        whole = report(root)
        size = (root / "sweep" / "index.html").stat().st_size / 1e6
        for stage, taken in stages(root / "sweep").items():
            yield Figure(stage, taken, "s", f"{whole:.1f} s for all of it")
    yield Figure("page", size, "MB", f"{count} runs")
    compared = f"reading results.json ({results:.1f} s) and metrics.csv ({curves:.1f} s) of {count} runs"
    yield Figure("time", whole / (results + curves), compared=compared, ceiling=20)
