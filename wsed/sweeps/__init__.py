"""Many runs of one command: their plan, their state, and where they run."""
