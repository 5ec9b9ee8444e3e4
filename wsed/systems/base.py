"""The base class of all systems."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, TypedDict

import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import Tensor

from wsed.config.instantiate import instantiate
from wsed.data.batch import Batch
from wsed.errors import UserError
from wsed.features.base import SpectralFeatures
from wsed.prediction import Prediction, Target
from wsed.separation.masking import separate
from wsed.systems.card import ModelCard
from wsed.systems.checkpoint import CARD, DESCRIPTION, check_weights, read_checkpoint
from wsed.systems.full_precision import full_precision
from wsed.systems.parts import Parts
from wsed.systems.source_magnitudes import source_magnitudes

Separated = tuple[Tensor, Tensor]
"""Sources: the classes `(batch, class, samples)` and the background `(batch, samples)`."""


class ValidationOutput(TypedDict):
    """Result of a validation step."""

    loss: Tensor
    prediction: Prediction


class TestOutput(TypedDict):
    """Result of a test step; `separated` is None for a system that does not separate."""

    prediction: Prediction
    separated: Separated | None


class System(pl.LightningModule):
    """Features, network, pooling and loss, and their training.

    A system turns waveforms into a `Prediction`, so that a checkpoint needs no other code around it. A subclass defines
    `predict`, and may have further arguments after `parts`. It must call `pooling.prepare` in its constructor.

    Args:
        parts: the parts of the system.

    Attributes:
        separates: whether its predictions have masks.
    """

    separates: ClassVar[bool] = False

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.labels = tuple(parts.labels)
        self.features = parts.features
        self.network = parts.network
        self.pooling = parts.pooling
        self.loss = parts.loss
        self.make_optimizer = parts.optimizer
        self.schedule = parts.schedule
        self.augmentation = parts.augmentation
        self.description: dict[str, Any] = {}
        self.card: ModelCard | None = None

    @staticmethod
    def from_description(description: Mapping[str, Any]) -> "System":
        """Builds a system from plain Python; the description is saved in its checkpoints.

        Args:
            description: `system`, the class and its own arguments, and an entry for each field of `Parts`.

        Raises:
            UserError: a class refuses its arguments, or `system` is not a System.
        """
        system = instantiate(description["system"], parts=Parts.from_description(description))
        if not isinstance(system, System):
            raise UserError(
                f"model._target_={description['system']['_target_']}: is not a System; "
                "derive the class from wsed.systems.base.System"
            )
        system.description = dict(description)
        return system

    @classmethod
    def load(cls, path: str | Path, device: str | torch.device = "cpu", allowed: Sequence[str] = ()) -> Self:
        """Rebuilds the system of a checkpoint, ready to use.

        Args:
            path: a `.ckpt` file of a run.
            device: the device that the system is moved to.
            allowed: modules or packages besides wsed whose classes the checkpoint may name.

        Raises:
            UserError: the file is not a checkpoint of wsed, names a class that is not allowed, or holds another system.
        """
        checkpoint = read_checkpoint(Path(path), device, allowed)
        if not allowed:
            # With shapes alone first, so that a description that does not fit its weights cannot fill the memory. Parts
            # from elsewhere may need numbers to be built.
            check_weights(checkpoint.path, _shapes(checkpoint.description), checkpoint.weights)
        system = System.from_description(checkpoint.description)
        check_weights(checkpoint.path, system, checkpoint.weights)
        if not isinstance(system, cls):
            raise UserError(f"{path}: holds a {type(system).__name__}, not a {cls.__name__}")
        system.load_state_dict(checkpoint.weights)
        system.card = checkpoint.card
        return system.to(device).eval()

    @property
    def time_reduction(self) -> int:
        """See `Encoder`; a clip has at least so many frames."""
        return self.network.time_reduction

    @property
    def reach(self) -> int | None:
        """Number of frames before and after a frame that its prediction depends on; None for all of the clip."""
        return self.network.reach

    @abstractmethod
    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        """The prediction of a batch of features.

        Args:
            features: `(batch, time, freq)`, standardised.
            valid: `(batch, time)` bool, False in frames that are padding; None where no clip is padded.
        """

    def forward(self, waveform: Tensor, lengths: Tensor | None = None) -> Prediction:
        """The prediction of a batch of waveforms.

        Args:
            waveform: `(batch, samples)` in [-1, 1].
            lengths: `(batch,)`, samples of each clip without the zeros that pad it; None where no clip is padded.
        """
        features = self.features(waveform)
        if self.training:
            features = self.augmentation(features)
        valid = None if lengths is None else self.features.valid(lengths, features.shape[1])
        return self.predict(features, valid)

    def separate(self, waveform: Tensor, prediction: Prediction) -> Separated | None:
        """Separates a mixture by the predicted masks.

        Args:
            waveform: `(batch, samples)`.
            prediction: the system's prediction for this mixture.

        Returns:
            The classes `(batch, class, samples)` and the background `(batch, samples)`, or None for a system without
            masks. If the system has no background mask, the background gets whatever the class masks leave.
        """
        if prediction.masks is None or not isinstance(self.features, SpectralFeatures):
            return None
        background = prediction.background_mask
        if background is None:
            background = (1 - prediction.masks.sum(1)).clamp(0, 1)
        separated = separate(self.features.mel, waveform, torch.cat([prediction.masks, background[:, None]], 1))
        return separated[:, :-1], separated[:, -1]

    def target(self, batch: Batch, prediction: Prediction) -> Target:
        """Everything that the batch knows about its clips, on the frames of the prediction."""
        samples = batch.lengths
        if samples is None:
            samples = torch.full_like(batch.background, batch.waveform.shape[1])
        return Target(
            weak=batch.weak,
            background=batch.background,
            events=batch.events,
            has_strong=batch.has_strong,
            durations=samples / self.features.sample_rate,
            valid=prediction.valid,
            labels=self.labels,
            frames=prediction.frame_probs.shape[2],
            frames_per_second=self.features.frames_per_second,
            source_magnitudes=source_magnitudes(batch, self.features),
        )

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        return self._step(batch, "train")["loss"]

    def on_train_epoch_start(self) -> None:
        self.log("train/learning_rate", self.trainer.optimizers[0].param_groups[0]["lr"], sync_dist=True)

    def on_train_epoch_end(self) -> None:
        loss = self.trainer.callback_metrics.get("val/loss" if sum(self.trainer.num_val_batches) else "train/loss")
        if loss is not None:
            self.schedule.observe(float(loss))
            self._set_learning_rate()
        channels = (*self.labels, "background")
        for name, values in self.pooling.learnt().items():
            for channel, value in zip(channels, values.detach(), strict=False):
                self.log(f"pooling/{name}/{channel}", value, sync_dist=True)

    def validation_step(self, batch: Batch, batch_index: int) -> ValidationOutput:
        return self._step(batch, "val")

    def test_step(self, batch: Batch, batch_index: int) -> TestOutput:
        prediction = self(batch.waveform, batch.lengths)
        return {"prediction": prediction, "separated": self.separate(batch.waveform, prediction)}

    def _step(self, batch: Batch, stage: str) -> ValidationOutput:
        prediction = self(batch.waveform, batch.lengths)
        # Powers and logarithms of probabilities near 0 and 1 lose too much in half precision.
        with full_precision(batch.waveform):
            loss, parts = self.loss(prediction, self.target(batch, prediction))
        for name, value in parts.items():
            self.log(
                f"{stage}/{name}",
                value.detach(),
                on_step=False,
                on_epoch=True,
                prog_bar=name == "loss",
                batch_size=len(batch.filenames),
                sync_dist=True,
            )
        return {"loss": loss, "prediction": prediction}

    def configure_optimizers(self) -> OptimizerLRScheduler:
        optimizer = self.make_optimizer(params=self.parameters())
        steps = int(self.trainer.estimated_stepping_batches)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: self.schedule(step, steps))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def _set_learning_rate(self) -> None:
        """Sets the learning rate of the next step, which the scheduler has set before the schedule got the loss."""
        factor = self.schedule(self.global_step, int(self.trainer.estimated_stepping_batches))
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = group["initial_lr"] * factor

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint[DESCRIPTION] = self.description
        checkpoint[CARD] = None if self.card is None else self.card.plain()


def _shapes(description: Mapping[str, Any]) -> System:
    """A system whose tensors have shapes and no data."""
    with torch.device("meta"):
        return System.from_description(description)
