"""Loggers of training curves and scores."""
