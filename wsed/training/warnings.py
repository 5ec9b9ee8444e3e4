"""Silences what libraries say of our choices, each for its reason."""

import logging
import warnings


def silence_lightning() -> None:
    """Keeps Lightning's remarks off the terminal."""
    # Rendering a batch takes a tenth of the time of a training step, so that no worker processes are needed.
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
    # The number of steps in an epoch is what it is.
    warnings.filterwarnings("ignore", message=".*smaller than the logging interval.*")
    # The run folder holds config.yaml and status.json before the trainer starts, and is meant to.
    warnings.filterwarnings("ignore", message=".*exists and is not empty.*")
    warnings.filterwarnings("ignore", message=".*directory .* exists and not empty.*")
    # A corpus may have no validation split.
    warnings.filterwarnings("ignore", message=".*Total length of `list` across ranks is zero.*")
    # A job that has not several tasks needs no srun.
    warnings.filterwarnings("ignore", message=".*`srun` command is available on your system but is not used.*")
    # Lightning's own use of torch.
    warnings.filterwarnings("ignore", message=".*LeafSpec.*")
    # Without a GPU there is none to use.
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.WARNING)
