"""Trained systems for programs without wsed; one file a format."""
