"""The interface of encoders."""

from abc import abstractmethod

from torch import Tensor, nn


class Encoder(nn.Module):
    """A network from features to an embedding.

    Attributes:
        channels: size of the `channel` axis of the embedding; a subclass sets it in its constructor.
        time_reduction: number of frames of the features for each frame of the embedding.
        keeps_frequency: whether the embedding has the `freq` axis of the features, band by band. Systems with masks
            need it, together with a `time_reduction` of 1; systems of frames need an embedding without it.
        reach: number of frames before and after a frame of the features that its embedding depends on; None if it
            depends on the whole clip, as with recurrent layers.
    """

    channels: int
    time_reduction: int = 1
    keeps_frequency: bool
    reach: int | None = None

    def initialise(self, layer: nn.Conv1d | nn.Conv2d) -> None:
        """Sets the initial weights of a layer that follows the embedding: Glorot's, and biases of 0.

        A subclass whose paper begins with others overrides it.
        """
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)

    @abstractmethod
    def forward(self, features: Tensor) -> Tensor:
        """The embedding.

        Args:
            features: `(batch, time, freq)`, standardised.

        Returns:
            `(batch, channel, time, freq)` for a network that keeps frequency, otherwise
            `(batch, channel, time // time_reduction)`.
        """
