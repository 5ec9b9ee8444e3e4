"""Sounds, mixing and the datamodules that feed training."""
