"""Scores, thin over the field's libraries."""
