"""Mixtures: planned, rendered and exported."""
