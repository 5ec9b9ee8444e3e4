"""Augmentation: changes of the features in training, one file each."""
