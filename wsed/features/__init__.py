"""Features of waveforms, frame by frame; one file each."""
