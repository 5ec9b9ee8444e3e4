"""Fusion: the mean of the predictions of several systems, or of several epochs of one system, for the same clips."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from wsed.atomic import atomic_folder, write_text
from wsed.errors import UserError
from wsed.evaluation.draws import write_draws
from wsed.evaluation.evaluator import Evaluation, build_evaluator
from wsed.evaluation.prediction_collector import PredictionCollector, write_tsv
from wsed.inference.test_pass import Tested, run_config, test_pass
from wsed.metrics.outputs import Outputs
from wsed.postprocessing.base import Postprocessing
from wsed.runs.checkpoints import find_checkpoint
from wsed.runs.environment import git_state, versions
from wsed.runs.folder import RunFolder
from wsed.systems.base import System


def fuse_runs(
    runs: Sequence[Path], output: Path, words: Sequence[str], first_epoch: int, allowed: Sequence[str] = ()
) -> tuple[Evaluation, tuple[str, ...]]:
    """Averages over the kept epochs of each run, then over runs (Xu 2018, section 4), and scores the mean.

    The post-processing and the metrics are those of the first run.

    Args:
        runs: run folders, or `.ckpt` files in them.
        output: the folder to write, which must not exist; it is written atomically.
        words: Hydra overrides of data, metrics, evaluation and post-processing.
        first_epoch: earlier epochs are left out.
        allowed: modules or packages besides wsed whose classes the runs may name.

    Returns:
        The scores, and the event classes.

    Raises:
        UserError: a run cannot be used, or the runs were not tested on the same clips.
    """
    members = {run: checkpoints_of(run, first_epoch) for run in runs}
    checkpoint, first = find_checkpoint(runs[0])
    if first is None:
        raise UserError(f"{runs[0]}: lies in no run, whose post-processing is needed; put one first that does")
    evaluator = build_evaluator(run_config(checkpoint, first, words, allowed))
    means, postprocessings = [], []
    for checkpoints in members.values():
        passes = [_tested(path, words, allowed) for path in checkpoints]
        means.append(average([each.predictions for each in passes], checkpoints))
        postprocessings.append(passes[0].postprocessing)
    fused, postprocessing = average(means, list(runs)), postprocessings[0]
    outputs = fused.outputs(postprocessing)
    evaluation = evaluator.evaluate(outputs)
    content = {
        "name": output.name,
        "members": {str(run): [path.name for path in checkpoints] for run, checkpoints in members.items()},
        "labels": list(fused.labels),
        **evaluation.plain(),
        "versions": versions(),
        "git": git_state(),
    }
    _write(output, fused, outputs, postprocessing, evaluation, content)
    return evaluation, fused.labels


def _tested(checkpoint: Path, words: Sequence[str], allowed: Sequence[str]) -> Tested:
    system = System.load(checkpoint, allowed=allowed)
    return test_pass(system, run_config(checkpoint, find_checkpoint(checkpoint)[1], words, allowed))


def _write(
    output: Path,
    fused: PredictionCollector,
    outputs: Outputs,
    postprocessing: Postprocessing,
    evaluation: Evaluation,
    results: Mapping[str, Any],
) -> None:
    """Writes atomically a folder that reports can read like a run folder."""
    with atomic_folder(output) as path:
        folder = RunFolder(path)
        fused.write(folder.predictions)
        assert outputs.events is not None
        write_tsv(outputs.events, folder.predictions.events)
        write_draws(folder.predictions.draws, evaluation)
        write_text(folder.postprocessing_path, json.dumps(postprocessing.description(), indent=2) + "\n")
        write_text(folder.results_path, json.dumps(results, indent=2, allow_nan=False) + "\n")


def checkpoints_of(path: Path, first_epoch: int) -> list[Path]:
    """The checkpoints of a run to average: the epochs that it kept, or else the weights that it was tested with.

    Args:
        path: a run folder, or a `.ckpt` file.
        first_epoch: earlier epochs are left out.

    Raises:
        UserError: the path is neither, or the run kept only earlier epochs.
    """
    checkpoint, run = find_checkpoint(path)
    kept = {} if run is None or path.is_file() else run.snapshots()
    if not kept:
        return [checkpoint]
    late = [snapshot for epoch, snapshot in kept.items() if epoch >= first_epoch]
    if not late:
        last = list(kept.values())[-1]
        raise UserError(f"{path}: kept no epoch from {first_epoch} on, the last is {last.stem}; lower --first-epoch")
    return late


def average(passes: Sequence[PredictionCollector], names: Sequence[Path]) -> PredictionCollector:
    """The mean of clip and frame probabilities, on the frames of the first pass.

    Args:
        passes: predictions for the same clips.
        names: names of the passes, for messages.

    Raises:
        UserError: the passes have different classes or different clips.
    """
    first = passes[0]
    for other, name in zip(passes, names, strict=True):
        if other.labels != first.labels:
            raise UserError(f"{name}: knows other classes than {names[0]}; fuse runs of the same data.labels")
        if other.filenames != first.filenames or other.events != first.events:
            raise UserError(f"{name}: was tested on other clips than {names[0]}; give data=CHOICE, the same for all")
    fused = PredictionCollector(first.labels, first.features)
    fused.filenames, fused.events = first.filenames, first.events
    fused.durations, fused.weak, fused.strong = first.durations, first.weak, first.strong
    rate = first.frames_per_second
    for clip, own in enumerate(first.frame_probs):
        frames = [on_frames(each.frame_probs[clip], each.frames_per_second, rate, own.shape[1]) for each in passes]
        fused.frame_probs.append(torch.stack(frames).mean(0))
        fused.clip_probs.append(torch.stack([each.clip_probs[clip] for each in passes]).mean(0))
    return fused


def on_frames(probs: Tensor, rate: float, other_rate: float, frames: int) -> Tensor:
    """Resamples frame probabilities to another frame rate.

    Each new frame takes the value of the frame that contains its middle. If the middle is on the edge between two
    frames, it takes the later one.

    Args:
        probs: `(class, time)`.
        rate: frames per second of `probs`.
        other_rate: frames per second of the result.
        frames: length of the result.

    Returns:
        `(class, time)`.
    """
    middles = (torch.arange(frames, dtype=torch.float64) + 0.5) * rate / other_rate
    # A millionth of a frame is added, so that rounding does not decide on which side of an edge a middle lies.
    return probs[:, (middles + 1e-6).long().clamp(max=probs.shape[1] - 1)]
