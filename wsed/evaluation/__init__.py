"""Collects the predictions of a system and scores them."""
