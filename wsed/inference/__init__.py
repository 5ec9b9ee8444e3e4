"""Use of trained systems: test passes and fusion."""
