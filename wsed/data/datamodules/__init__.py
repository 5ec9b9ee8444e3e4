"""Lightning datamodules, one per kind of dataset."""
