"""Gated convolutional recurrent network (Xu, Kong, Wang and Plumbley, ICASSP 2018)."""

from torch import Tensor

from wsed.systems.frame_system import FrameSystem


class GatedCrnnSystem(FrameSystem):
    """Two branches on the recurrent layers: a sigmoid branch for classification, a softmax branch for localisation.

    The sigmoid branch gives `O(t)`, the probability of each class in each frame; the localisation branch gives `Z(t)`,
    the attention that each frame gets (equation 3). `pooling=attention` is the second branch together with equation 4,
    `sum_t O(t) Z(t) / sum_t Z(t)`, which gives the clip probabilities. The tagging variant, `pooling=gap`, has the
    sigmoid branch alone.
    """

    def frame_probs(self, probs: Tensor, valid: Tensor | None) -> Tensor:
        """Localises events by the sigmoid branch alone.

        The published code reads `O(t)`, and notes that `Z(t)` and the product `O(t) Z(t)` detect worse. So this does
        not depend on the pooling.
        """
        return probs
