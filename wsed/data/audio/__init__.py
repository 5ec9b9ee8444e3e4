"""Audio files: reading, caching and trimming."""
