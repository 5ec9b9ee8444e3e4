"""Example clips of the test split, for figures and for listening."""

from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor

from wsed.data.audio.io import write_audio
from wsed.data.batch import Batch
from wsed.prediction import Prediction, frame_targets
from wsed.runs.folder import PredictionFiles
from wsed.separation.ideal_masks import ideal_mel_mask
from wsed.systems.base import Separated, System
from wsed.systems.saliency import saliency


class ExampleRecorder(Callback):
    """Keeps the first test clip of each class, with the masks of the system, or its saliency if it has no masks.

    Clips without known sources are skipped. If the system's features have no mel spectrogram, nothing is kept.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, list[Any]] = {}
        self.sounds: list[tuple[str, dict[str, Tensor]]] = []
        self.rest: dict[str, Any] = {}

    def on_test_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        assert isinstance(pl_module, System)
        prediction, separated = outputs["prediction"], outputs["separated"]
        if batch.sources is None or pl_module.features.mel is None:
            return
        for clip, events in enumerate(batch.events):
            kept = self.arrays.get("label", [])
            label = next((event.event_label for event in events if event.event_label not in kept), None)
            if label is not None:
                self._keep(pl_module, batch, clip, label, prediction, separated)

    def _keep(
        self,
        system: System,
        batch: Batch,
        clip: int,
        label: str,
        prediction: Prediction,
        separated: Separated | None,
    ) -> None:
        mel = system.features.mel
        assert mel is not None
        assert batch.sources is not None
        index = system.labels.index(label)
        waveform, truth = batch.waveform[clip : clip + 1], batch.sources[clip : clip + 1, index]
        frames = prediction.frame_probs.shape[2]
        rate = system.features.frames_per_second
        self.rest = {"labels": list(system.labels), "frames_per_second": rate}
        values = {
            "filename": batch.filenames[clip],
            "label": label,
            "log_mel": mel(waveform)[0],
            "ideal_binary_mask": ideal_mel_mask(mel, truth, waveform - truth)[0],
            "frame_probs": prediction.frame_probs[clip],
            "strong": frame_targets(batch.events[clip], system.labels, frames, rate),
        }
        sounds = {"mixture": waveform[0], "truth": truth[0]}
        if prediction.masks is not None and separated is not None:
            values["masks"] = prediction.masks[clip, index]
            sounds["separated"] = separated[0][clip, index]
        else:
            strong, weak = saliency(system, waveform, label)
            values |= {"saliency_strong": strong[0], "saliency_weak": weak[0]}
        for name, value in values.items():
            plain = value.float().cpu().numpy() if isinstance(value, torch.Tensor) else value
            self.arrays.setdefault(name, []).append(plain)
        self.sounds.append((batch.filenames[clip], sounds))

    def write(self, files: PredictionFiles, sample_rate: int) -> None:
        """Writes the examples and their audio files, if there are any.

        Args:
            files: the files to write; their folder must exist.
            sample_rate: Hz.
        """
        if not self.arrays:
            return
        np.savez_compressed(files.examples, **{**self.arrays, **self.rest})
        for filename, sounds in self.sounds:
            for name, samples in sounds.items():
                write_audio(files.sound(filename, name), samples.clamp(-1, 1), sample_rate)
