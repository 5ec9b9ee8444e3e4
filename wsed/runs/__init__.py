"""Run folders: the only place that knows their files."""
