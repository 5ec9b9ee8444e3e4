"""Measures speed, memory and cost; `python -m benchmarks` prints one table."""
