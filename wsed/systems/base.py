"""The system that every paper's system is built on."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn

from wsed.config.instantiate import instantiate, locate
from wsed.data.batch import Batch
from wsed.errors import UserError
from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.features.log_mel import LogMel
from wsed.losses.weighted import WeightedLoss
from wsed.pooling.base import Pooling
from wsed.prediction import Prediction, Target


class System(pl.LightningModule):
    """Features, network, pooling and loss, and how they are trained.

    It takes waveforms and gives a `Prediction`, so that a checkpoint needs nothing else. A subclass says in `predict`
    how its parts make a prediction.

    Args:
        labels: event classes in the order of the `class` axis.
        features: from waveforms to features.
        network: from features to an embedding.
        pooling: from masks or frame probabilities to clip probabilities.
        loss: what training lowers.
        optimizer: description of a torch optimizer, without its parameters.
        schedule: factor on the learning rate, from the step and the number of steps.
        augmentation: what is done to features in training, `(batch, time, freq)` to the same; None for nothing.
    """

    def __init__(
        self,
        labels: Sequence[str],
        features: LogMel,
        network: nn.Module,
        pooling: Pooling,
        loss: WeightedLoss,
        optimizer: Mapping[str, Any],
        schedule: Callable[[int, int], float],
        augmentation: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.labels = tuple(labels)
        self.features = features
        self.network = network
        self.pooling = pooling
        self.loss = loss
        self.optimizer_description = dict(optimizer)
        self.schedule = schedule
        self.augmentation = augmentation
        self.description: dict[str, Any] = {}
        self.scorer: PredictionCollector | None = None
        self.add_layers()

    def add_layers(self) -> None:
        """Makes what a subclass has beside its network and its pooling, whose sizes are known here."""

    @staticmethod
    def from_description(description: Mapping[str, Any]) -> "System":
        """Builds a system from plain Python; the description travels in its checkpoints.

        Args:
            description: `_target_`, the constructor's arguments, and `optimizer` as a description.
        """
        parts = {key: value for key, value in description.items() if key != "optimizer"}
        system = instantiate(parts, optimizer=description["optimizer"])
        assert isinstance(system, System)
        system.description = dict(description)
        return system

    @classmethod
    def load(cls, path: str | Path, device: str | torch.device = "cpu") -> Self:
        """Rebuilds the system of a checkpoint, ready to use.

        Args:
            path: a `.ckpt` file of a run.
            device: where to.

        Raises:
            UserError: the file is not a checkpoint of wsed.
        """
        try:
            checkpoint = torch.load(path, map_location=device, weights_only=True)
            description, weights = checkpoint["system"], checkpoint["state_dict"]
        except Exception as error:
            raise UserError(f"{path}: is not a checkpoint of wsed; give a file of RUN/checkpoints/") from error
        system = System.from_description(description)
        if not isinstance(system, cls):
            raise UserError(f"{path}: holds a {locate(description['_target_']).__name__}, not a {cls.__name__}")
        system.load_state_dict(weights)
        return system.to(device).eval()

    @abstractmethod
    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        """What the system says of features `(batch, time, freq)`, of which `valid` `(batch, time)` are no padding."""

    def forward(self, waveform: Tensor, lengths: Tensor | None = None) -> Prediction:
        """What the system says of waveforms.

        Args:
            waveform: `(batch, samples)` in [-1, 1].
            lengths: `(batch,)`, samples of each clip before the zeros that pad it; None where none does.
        """
        features = self.features(waveform)
        if self.training and self.augmentation is not None:
            features = self.augmentation(features)
        valid = None if lengths is None else self.features.valid(lengths, features.shape[1])
        return self.predict(features, valid)

    def separate(self, waveform: Tensor, prediction: Prediction) -> tuple[Tensor, Tensor] | None:
        """Sources by the predicted masks.

        Args:
            waveform: `(batch, samples)`.
            prediction: what the system said of it.

        Returns:
            The classes `(batch, class, samples)` and the background `(batch, samples)`, or None for a system that does
            not separate. Where the system has no mask for the background, it is what the classes leave.
        """
        if prediction.masks is None:
            return None
        rest = prediction.background_mask
        if rest is None:
            rest = (1 - prediction.masks.sum(1)).clamp(0, 1)
        separated = self.features.separate(waveform, torch.cat([prediction.masks, rest[:, None]], 1))
        return separated[:, :-1], separated[:, -1]

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        return self._step(batch, "train")[0]

    def on_train_epoch_end(self) -> None:
        channels = (*self.labels, "background")
        for name, values in self.pooling.learnt().items():
            for channel, value in zip(channels, values.detach(), strict=False):
                self.log(f"pooling/{name}/{channel}", value, sync_dist=True)

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        _, prediction = self._step(batch, "val")
        self._scorer().update(batch, prediction)

    def on_validation_epoch_start(self) -> None:
        self.scorer = None

    def on_validation_epoch_end(self) -> None:
        for name, value in self._scorer().detection().items():
            self.log(f"val/{name}", value, sync_dist=True)

    def on_test_epoch_start(self) -> None:
        self.scorer = None

    def test_step(self, batch: Batch, batch_index: int) -> dict[str, Any]:
        prediction = self(batch.waveform, batch.lengths)
        separated = self.separate(batch.waveform, prediction)
        self._scorer().update(batch, prediction, separated)
        return {"prediction": prediction, "separated": separated}

    def _scorer(self) -> PredictionCollector:
        if self.scorer is None:
            self.scorer = PredictionCollector(self.labels, self.features)
        return self.scorer

    def _step(self, batch: Batch, stage: str) -> tuple[Tensor, Prediction]:
        prediction = self(batch.waveform, batch.lengths)
        # Powers and logarithms of probabilities near 0 and 1 lose too much in half precision.
        with torch.autocast(self.device.type, enabled=False):
            loss, parts = self.loss(prediction, Target(batch.weak, batch.background))
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
        return loss, prediction

    def configure_optimizers(self) -> OptimizerLRScheduler:
        optimizer = instantiate(self.optimizer_description, params=self.parameters())
        steps = int(self.trainer.estimated_stepping_batches)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: self.schedule(step, steps))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["system"] = self.description
