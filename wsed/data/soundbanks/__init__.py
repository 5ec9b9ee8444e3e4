"""Collections of isolated sounds, one file each."""
