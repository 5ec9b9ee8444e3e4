"""Corpora, soundbanks and mixing, and the datamodules that feed them to training."""
