"""The interface of poolings."""

import torch
from torch import Tensor, nn


class Pooling(nn.Module):
    """Turns the probabilities of the parts of a clip into the probability of the clip.

    A subclass declares its properties, which the shared tests check:

    Attributes:
        convex: the result lies between the smallest and the largest valid input.
        permutation_invariant: reordering the frames or the bands, of `probs` and `embedding` alike, changes nothing.
        monotone: raising an input never lowers the result, with the embedding unchanged.
    """

    convex: bool
    permutation_invariant: bool
    monotone: bool

    def prepare(self, classes: int, bands: int, channels: int) -> None:
        """Creates the parameters; a system calls it in its constructor, as soon as the sizes are known.

        Args:
            classes: size of the `class` axis of `probs`.
            bands: size of its `freq` axis, 1 without one.
            channels: size of the `channel` axis of `embedding`.
        """

    def learnt(self) -> dict[str, Tensor]:
        """Learnt values to be logged: `(class,)` by name."""
        return {}

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        """Clip probabilities.

        Args:
            probs: `(batch, class, time)` or `(batch, class, time, freq)` in [0, 1].
            embedding: `(batch, channel, time)` or `(batch, channel, time, freq)`, for poolings that use it.
            valid: `(batch, time)` bool, False in frames that are padding; every clip has at least one valid frame.
                None where no clip is padded.

        Returns:
            `(batch, class)` in [0, 1].
        """
        raise TypeError(f"{type(self).__name__} does not define forward")

    def frame_probs(self, probs: Tensor, valid: Tensor | None = None) -> Tensor:
        """Presence per frame: the mean of a mask over frequency, unless a subclass weights it (Kong 2018, section 3.3).

        Args:
            probs: `(batch, class, time)` or `(batch, class, time, freq)` in [0, 1].
            valid: `(batch, time)` bool, for poolings whose weights depend on the cells of the clip; see `forward`.

        Returns:
            `(batch, class, time)` in [0, 1]; probabilities without frequency come back unchanged.
        """
        return probs if probs.ndim == 3 else probs.mean(3)


def flatten(probs: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor]:
    """Time and frequency as one axis of cells.

    Args:
        probs: `(batch, class, time)` or `(batch, class, time, freq)`.
        valid: `(batch, time)` bool, or None where every frame is valid.

    Returns:
        The cells `(batch, class, cell)`, and a mask of the valid ones `(batch, 1, cell)` bool.
    """
    mask = torch.ones(probs.shape[0], probs.shape[2], dtype=torch.bool, device=probs.device) if valid is None else valid
    mask = mask[:, None]
    if probs.ndim == 4:
        mask = mask[..., None].expand(-1, -1, -1, probs.shape[3])
    return probs.flatten(2), mask.flatten(2)


def weighted_mean(cells: Tensor, logits: Tensor, mask: Tensor) -> Tensor:
    """Mean of cells, each weighted by the exponential of its logit.

    Args:
        cells: `(..., cell)`.
        logits: logits of the cells, in the same shape.
        mask: bool, broadcastable to that shape, False in cells that are ignored; True at least once in each row.

    Returns:
        `(...)`, between the smallest and the largest cell in the mask.
    """
    weights = logits.masked_fill(~mask, -torch.inf).softmax(-1)
    return (weights * cells.masked_fill(~mask, 0)).sum(-1)
