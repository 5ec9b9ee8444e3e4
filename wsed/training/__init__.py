"""One run: the trainer, devices, checkpoints, callbacks and loggers."""
