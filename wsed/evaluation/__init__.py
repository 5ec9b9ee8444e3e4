"""From the predictions of a system to its scores."""
