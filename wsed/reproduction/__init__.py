"""Reproduction of papers: their runs, their tables beside ours, and a verdict on each of their claims."""
