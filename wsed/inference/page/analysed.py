"""What the page shows of one recording."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor

from wsed.data.audio.streams import stream_of
from wsed.inference.analysis import Analysis
from wsed.inference.detected import Detected
from wsed.inference.formats.dcase import Dcase
from wsed.inference.model import REST, Model
from wsed.inference.page.recording import Recording
from wsed.inference.predictor import Frames
from wsed.inference.source_files import SourceFiles

MOST_CLASSES = 12
"""How many detected classes have a mask and a player, those with the highest scores; the others stay in the rest."""


@dataclass(frozen=True)
class Analysed:
    """What a system makes of a recording.

    Attributes:
        detected: the events.
        shown: the classes with a mask and a source, in the order of their first events.
        log_mel: `(time, band)`, the log-mel spectrogram of the mean of the channels.
        masks: `(time, band)` in [0, 1] for each class of `shown`; empty if the system has no masks.
        sources: the file of each class of `shown`, and of the rest; empty if the system has no masks.
        table: the events as a file.
    """

    detected: Detected
    shown: Sequence[str]
    log_mel: NDArray[np.float32]
    masks: dict[str, NDArray[np.float32]]
    sources: dict[str, Path]
    table: Path


def analyse(model: Model, recording: Recording, threshold: float | None, folder: Path) -> Analysed:
    """Detects and, if the system has masks, separates.

    Args:
        model: the trained system.
        recording: the recording.
        threshold: replaces the thresholds of the post-processing, from 0 to 1.
        folder: takes the files.

    Raises:
        UserError: the recording or the threshold cannot be used.
    """
    postprocessing = model.with_threshold(threshold)
    masks: list[Tensor] = []

    def keep_masks(frames: Frames) -> None:
        # In bytes, because there may be hundreds of classes.
        if frames.masks is not None:
            masks.append((frames.masks * 255).round().to(torch.uint8))

    with ExitStack() as stack:
        files = None
        if model.separates:
            files = SourceFiles(folder, model.labels, recording.sample_rate, len(recording.samples))
            stack.callback(files.discard)
        predictor = model.predictor(with_masks=model.separates)
        stream = stream_of(recording.samples, recording.sample_rate, recording.name)
        write = None if files is None else files.write
        analysis = Analysis(predictor, stream, "mean", write=write, received=keep_masks)
        stack.callback(analysis.close)
        analysis.read()
        predictor.flush()
        events = analysis.events(postprocessing)
        detected = Detected(recording.name, events, model.labels, recording.seconds, recording.sample_rate)
        shown = _shown(detected)
        sources = {}
        if files is not None:
            sources = {name: folder / _file_name(number, name) for number, name in enumerate([*shown, REST])}
            files.keep(sources)
    table = folder / "events.tsv"
    Dcase().write(table, detected)
    return Analysed(detected, shown, _log_mel(model, recording), _of_classes(masks, model, shown), sources, table)


def _shown(detected: Detected) -> list[str]:
    highest = detected.events.groupby("event_label")["score"].max()
    chosen = set(highest.nlargest(MOST_CLASSES).index)
    return [label for label in detected.events["event_label"].unique() if label in chosen]


def _file_name(number: int, name: str) -> str:
    """A name by which a download is recognised; a label may have any characters."""
    return f"{number}_{re.sub(r'[^a-zA-Z0-9_-]', '_', name)[:60]}.wav"


def _of_classes(masks: Sequence[Tensor], model: Model, shown: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    if not masks:
        return {}
    places = [model.labels.index(label) for label in shown]
    return {
        label: torch.cat([part[place] for part in masks]).float().div(255).numpy()
        for label, place in zip(shown, places, strict=True)
    }


def _log_mel(model: Model, recording: Recording) -> NDArray[np.float32]:
    features = model.system.features
    mono = recording.samples.mean(0)
    if recording.sample_rate != features.sample_rate:
        mono = soxr.resample(mono, recording.sample_rate, features.sample_rate, quality="HQ")
    waveform = torch.zeros(1, max(len(mono), features.window_size))
    waveform[0, : len(mono)] = torch.from_numpy(mono)
    with torch.inference_mode():
        shown: Tensor = (features.mel or features.extract)(waveform.to(model.system.device))
    values: NDArray[np.float32] = shown[0].float().cpu().numpy()
    return values
