"""From waveforms to features, and from mel masks back to waveforms."""
