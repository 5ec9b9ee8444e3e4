"""Poolings of frames or time-frequency cells to clip probabilities, one file each."""
