"""Mixtures: recipes plan them, and the renderer turns plans into waveforms and labels."""
