"""Multi-task learning with segmentation masks (Liu et al., ICASSP 2022)."""

from dataclasses import replace

from torch import Tensor

from wsed.prediction import Prediction
from wsed.systems.mask_system import MaskSystem
from wsed.systems.parts import Parts


class Mtl(MaskSystem):
    """Two kinds of tasks on the same masks, one for each class and none for a background.

    Detection (section 2.1) pools the masks `M_k` to clip probabilities, and reads the probability of a frame as
    `y_k(t) = sum_f w_k(f) M_k(t, f)` (equation 1); `pooling=fap` learns the weights `w`. Segmentation (sections 2.2 and
    3) compares the masks themselves: those of active classes should not overlap (equations 4 to 6), those of the
    others should be empty (equation 7). These tasks are the loss terms `segment` and `silent`, which share the masks
    and add no parameters; with weights of 0 the system is DDC-FAP.

    Args:
        parts: see `MaskSystem`.
    """

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)

    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        prediction = super().predict(features, valid)
        assert prediction.masks is not None
        return replace(prediction, segments=segments(prediction.masks, valid))


def segments(masks: Tensor, valid: Tensor | None) -> Tensor:
    """What the segmentation tasks compare: the class masks, empty where the clip is padding.

    Args:
        masks: `(batch, class, time, freq)` in [0, 1].
        valid: `(batch, time)` bool, or None where every frame is valid.

    Returns:
        `(batch, class, time, freq)` in [0, 1].
    """
    return masks if valid is None else masks * valid[:, None, :, None]
