"""Joint separation-classification (Kong, Xu, Wang and Plumbley, ICASSP 2018)."""

from wsed.systems.mask_system import MaskSystem


class Jsc(MaskSystem):
    """Masks from a VGG-like network, pooled to clip probabilities (sections 3.1 and 3.2).

    The residual background mask is the published code's; the paper does not mention it. The follow-up (Kong et al.,
    TASLP 2019), called VGG-GWRP where it is compared with, has none.
    """
