"""Post-processing, which turns scores into events and tags."""
