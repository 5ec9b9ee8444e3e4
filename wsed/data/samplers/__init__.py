"""Samplers, which decide the clips of each batch; one file each."""
