"""Corpora of annotated recordings, one file each."""
