"""A trained system in use."""
