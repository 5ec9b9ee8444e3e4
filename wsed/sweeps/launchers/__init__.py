"""Launchers, which execute the runs of a sweep."""
