"""Multi-task learning with segmentation masks (Liu et al., ICASSP 2022)."""

from wsed.systems.mask_system import MaskSystem


class Mtl(MaskSystem):
    """Masks from dilated depthwise separable convolutions, frequency-dependent auto-pooling, and losses on the masks.

    The two further tasks are the loss terms `segment` and `silent`, which share the masks and add no parameters; with
    weights of 0 it is DDC-FAP.
    """
