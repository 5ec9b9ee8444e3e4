"""What is done to features in training, one file each."""
