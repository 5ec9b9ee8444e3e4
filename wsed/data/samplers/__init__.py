"""Samplers: which clips make which batch."""
