"""Filters for library warnings that do not apply here, each with the reason."""

import logging
import warnings


def silence_lightning() -> None:
    """Hides warnings and notices of Lightning that no user can act on."""
    # Rendering a batch takes a tenth of the time of a training step, so no worker processes are needed.
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
    # Curves are logged by epoch, so the logging interval in steps has no effect.
    warnings.filterwarnings("ignore", message=".*smaller than the logging interval.*")
    # The run folder holds config.yaml and status.json before the trainer starts.
    warnings.filterwarnings("ignore", message=".*exists and is not empty.*")
    warnings.filterwarnings("ignore", message=".*directory .* exists and not empty.*")
    # A corpus may have no validation split.
    warnings.filterwarnings("ignore", message=".*Total length of `list` across ranks is zero.*")
    # A job with a single task needs no srun.
    warnings.filterwarnings("ignore", message=".*`srun` command is available on your system but is not used.*")
    # A deprecated class of torch that Lightning itself uses.
    warnings.filterwarnings("ignore", message=".*LeafSpec.*")
    # A notice of the handler that `KeepSignals` replaces, where the signal comes a moment before.
    logging.getLogger("pytorch_lightning.trainer.connectors.signal_connector").setLevel(logging.WARNING)
    # Notices about unused GPUs and TPUs.
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.WARNING)
