"""Use of trained systems: on recordings, in test passes, fused, and exported."""
