"""Weakly supervised sound event detection and separation."""

__version__ = "0.1.0"
