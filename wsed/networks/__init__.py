"""Encoders: plain modules from features `(batch, time, freq)` to an embedding."""
