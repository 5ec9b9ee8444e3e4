"""Datasets: the clips of one split, by index."""
