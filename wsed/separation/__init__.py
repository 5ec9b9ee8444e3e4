"""Separation: masks applied to the spectrogram of a mixture, and the ideal masks."""
