"""Gated convolutional recurrent network (Xu, Kong, Wang and Plumbley, ICASSP 2018)."""

from wsed.systems.frame_system import FrameSystem


class GatedCrnn(FrameSystem):
    """Frame probabilities from gated convolutions and recurrent layers, with attention as the pooling (section 3).

    Detection reads the sigmoid branch alone, not its product with the attention, as the published code does.
    """
