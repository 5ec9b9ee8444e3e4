"""Configs: composed by Hydra, validated as a whole, and turned into objects."""
