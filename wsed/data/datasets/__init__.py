"""Clips of a split by index."""
