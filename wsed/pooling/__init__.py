"""Pooling: from frame or time-frequency probabilities to clip probabilities. One file a pooling."""
