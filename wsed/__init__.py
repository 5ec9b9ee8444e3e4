"""Weakly supervised sound event detection and separation."""

__version__ = "0.2.0"
