"""Reports of finished runs, made from their folders alone."""
