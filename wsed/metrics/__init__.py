"""Metrics, mostly thin layers over the field's libraries."""
