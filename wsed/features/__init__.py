"""Features: from waveforms to frames, one file each."""
