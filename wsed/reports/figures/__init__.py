"""Figures of runs and of example clips, as SVG."""
