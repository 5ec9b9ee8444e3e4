import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.features.mel_spectrogram import MelSpectrogram
from wsed.features.stft import Stft
from wsed.separation.masking import separate
from wsed.separation.streamed_masking import StreamedMasking


@settings(deadline=None, max_examples=40)
@given(
    samples=st.integers(64, 3000),
    hop=st.integers(16, 64),
    channels=st.integers(1, 2),
    cuts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30)), max_size=20),
    seed=st.integers(0, 99),
)
def test_pieces_give_the_same_as_the_whole(
    samples: int, hop: int, channels: int, cuts: list[tuple[int, int]], seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    mel = MelSpectrogram(Stft("hamming", 64, hop), 8000, 8, 50.0, 4000.0, 1e-8)
    waveform = torch.randn(channels, samples, generator=generator)
    masks = torch.rand(3, (samples - 64) // hop + 1, 8, generator=generator)
    streamed = StreamedMasking(mel, 3, channels)
    parts, sample, frame = [], 0, 0
    for more_samples, more_frames in [*cuts, (samples, len(masks[0]))]:
        parts.append(streamed.push(waveform[:, sample : sample + more_samples], masks[:, frame : frame + more_frames]))
        sample, frame = sample + more_samples, frame + more_frames
    found = torch.cat([*parts, streamed.finish()], 2)
    torch.testing.assert_close(found, separate(mel, waveform, masks.expand(channels, -1, -1, -1)))
