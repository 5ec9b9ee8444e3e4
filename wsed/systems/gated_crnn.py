"""Gated convolutional recurrent network (Xu, Kong, Wang and Plumbley, ICASSP 2018)."""

from torch import Tensor

from wsed.systems.frame_system import FrameSystem


class GatedCrnnSystem(FrameSystem):
    """Two branches on the recurrent layers: a sigmoid branch for classification, a softmax branch for localisation.

    The sigmoid branch gives `O(t)`, the probability of each class in each frame; the localisation branch gives `Z(t)`,
    the attention that each frame gets (equation 3). `pooling=attention` is the second branch together with equation 4,
    `sum_t O(t) Z(t) / sum_t Z(t)`, which gives the clip probabilities. The tagging variant, `pooling=gap`, has only the
    sigmoid branch.
    """

    def frame_probs(self, probs: Tensor, valid: Tensor | None) -> Tensor:
        """Returns the output of the sigmoid branch unchanged, whatever the pooling.

        The published code detects events from `O(t)`, and notes that `Z(t)` and `O(t) Z(t)` give worse results.
        """
        return probs
