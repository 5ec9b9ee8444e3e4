"""Multi-task learning with segmentation masks (Liu et al., ICASSP 2022)."""

from dataclasses import replace

from torch import Tensor

from wsed.checks.ranges import Sharpness
from wsed.prediction import Prediction
from wsed.systems.mask_system import MaskSystem
from wsed.systems.parts import Parts


class Mtl(MaskSystem):
    """Trains the same class masks on two kinds of tasks, detection and segmentation; there is no background mask.

    Detection (section 2.1) pools the masks `M_k` to clip probabilities, and computes the probability of a frame as
    `y_k(t) = sum_f w_k(f) M_k(t, f)` (equation 1); `pooling=fap` learns the weights `w`. Segmentation (sections 2.2 and
    3) compares the masks with each other: masks of active classes should not overlap (equations 4 to 6), and masks of
    inactive classes should be empty (equation 7). The segmentation tasks are the loss terms `segment` and `silent`,
    which add no parameters; with weights of 0 the system is DDC-FAP.

    Args:
        parts: see `MaskSystem`.
        sharpness: power of the masks that separate, above 0; 1 leaves them unchanged. Training and detection do not use
            it. The silent loss makes masks small where they are in doubt; a power below 1 gives a source more of these
            cells, for fewer artefacts and more of the other sources. An addition of wsed.

    Raises:
        ValueError: the parts do not fit, or the sharpness is out of range.
    """

    def __init__(self, parts: Parts, sharpness: Sharpness = 1.0) -> None:
        super().__init__(parts)
        if sharpness <= 0:
            raise ValueError(f"sharpness is {sharpness:g}; it must be above 0")
        self.sharpness = sharpness

    def predict(self, features: Tensor, valid: Tensor | None = None) -> Prediction:
        prediction = super().predict(features, valid)
        assert prediction.masks is not None
        masks = prediction.masks if self.training else prediction.masks**self.sharpness
        return replace(prediction, masks=masks, segments=segments(prediction.masks, valid))


def segments(masks: Tensor, valid: Tensor | None) -> Tensor:
    """The masks that the segmentation tasks compare: the class masks, set to 0 in frames that are padding.

    Args:
        masks: `(batch, class, time, freq)` in [0, 1].
        valid: `(batch, time)` bool, or None where every frame is valid.

    Returns:
        `(batch, class, time, freq)` in [0, 1].
    """
    return masks if valid is None else masks * valid[:, None, :, None]
