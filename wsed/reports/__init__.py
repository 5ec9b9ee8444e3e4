"""Reports of finished runs, made only from their folders."""
