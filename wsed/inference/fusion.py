"""Fusion: the mean of what several systems, or epochs of one, say of the same clips."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
import yaml
from torch import Tensor

from wsed.atomic import atomic_folder, write_text
from wsed.config.instantiate import instantiate
from wsed.errors import UserError
from wsed.evaluation.evaluator import Evaluation, Results, Settings, evaluate_pass, plain
from wsed.evaluation.prediction_collector import PredictionCollector, write_tsv
from wsed.inference.test_pass import run_of, test_pass
from wsed.postprocessing.thresholds import Postprocessing
from wsed.runs.environment import git_state, versions


def fuse_runs(
    runs: Sequence[Path], output: Path, data: list[str] | None, first_epoch: int
) -> tuple[Results, Evaluation]:
    """Averages over the kept epochs of each run, then over runs (Xu 2018, section 4), and scores the mean.

    Args:
        runs: folders of runs, or `.ckpt` files in them.
        output: folder that is written, whole or not at all; must not exist.
        data: a choice of the group `data` and overrides, or None for the runs' own.
        first_epoch: epochs before it are left out.

    Returns:
        The scores, and what gave them.

    Raises:
        UserError: runs that cannot be used, or that say nothing of the same clips.
    """
    members = {run: checkpoints_of(run, first_epoch) for run in runs}
    if sum(map(len, members.values())) < 2:
        raise UserError(f"{runs[0]}: alone is nothing to fuse; give another, or a run that was trained with keep_every")
    _, first = run_of(runs[0])
    if first is None:
        raise UserError(f"{runs[0]}: lies in no run, whose post-processing is needed; put one first that does")
    settings: Settings = instantiate(yaml.safe_load((first / "config.yaml").read_text())["evaluation"])
    postprocessing = Postprocessing(**json.loads((first / "postprocessing.json").read_text()))
    means = []
    for checkpoints in members.values():
        passes = [test_pass(path, run_of(path)[1], data) for path in checkpoints]
        means.append(average(passes, checkpoints))
    fused = average(means, list(runs))
    results, evaluation, events = evaluate_pass(fused, postprocessing, settings)
    with atomic_folder(output) as partial:
        fused.write(partial / "predictions")
        write_tsv(events, partial / "predictions" / "events.tsv")
        write_text(partial / "postprocessing.json", json.dumps(asdict(postprocessing), indent=2) + "\n")
        content = {
            "name": output.name,
            "members": {str(run): [path.name for path in checkpoints] for run, checkpoints in members.items()},
            "labels": list(fused.labels),
            "metrics": plain(results),
            "versions": versions(),
            "git": git_state(),
        }
        write_text(partial / "results.json", json.dumps(content, indent=2, allow_nan=False) + "\n")
    return results, evaluation


def checkpoints_of(run: Path, first_epoch: int) -> list[Path]:
    """What a run stands for: the epochs that it kept, or else the weights that it was tested with.

    Args:
        run: the folder of a run, or a `.ckpt` file.
        first_epoch: earlier ones are left out.

    Raises:
        UserError: no run, or none of its epochs is left.
    """
    checkpoint, _ = run_of(run)
    if run.is_file():
        return [checkpoint]
    kept = sorted((run / "checkpoints").glob("epoch-*.ckpt"))
    if not kept:
        return [checkpoint]
    late = [path for path in kept if int(path.stem.removeprefix("epoch-")) >= first_epoch]
    if not late:
        raise UserError(f"{run}: kept no epoch from {first_epoch} on, the last is {kept[-1].stem}; lower --first-epoch")
    return late


def average(passes: Sequence[PredictionCollector], names: Sequence[Path]) -> PredictionCollector:
    """The mean of clip and frame probabilities, on the frames of the first pass.

    Args:
        passes: over the same clips.
        names: of the passes, for messages.

    Raises:
        UserError: other classes or other clips.
    """
    first = passes[0]
    for other, name in zip(passes, names, strict=True):
        if other.labels != first.labels:
            raise UserError(f"{name}: knows other classes than {names[0]}; fuse runs of the same data.labels")
        if other.filenames != first.filenames or other.events != first.events:
            raise UserError(f"{name}: was tested on other clips than {names[0]}; give --data, the same for all")
    fused = PredictionCollector(first.labels, first.features)
    fused.filenames, fused.events = first.filenames, first.events
    fused.durations, fused.weak, fused.strong = first.durations, first.weak, first.strong
    rate = first.features.frames_per_second
    for clip, own in enumerate(first.frame_probs):
        frames = [on_frames(each.frame_probs[clip], each.features.frames_per_second, rate, own) for each in passes]
        fused.frame_probs.append(torch.stack(frames).mean(0))
        fused.clip_probs.append(torch.stack([each.clip_probs[clip] for each in passes]).mean(0))
    return fused


def on_frames(probs: Tensor, rate: float, other_rate: float, like: Tensor) -> Tensor:
    """Frame probabilities at other frames, each the value in whose frame its middle lies, the later one on an edge.

    Args:
        probs: `(class, time)`.
        rate: frames a second of `probs`.
        other_rate: frames a second of the result.
        like: `(class, time)`, as long as the result.
    """
    middles = (torch.arange(like.shape[1], dtype=torch.float64) + 0.5) * rate / other_rate
    # A millionth of a frame, so that rounding does not decide on which side of an edge a middle lies.
    return probs[:, (middles + 1e-6).long().clamp(max=probs.shape[1] - 1)]
