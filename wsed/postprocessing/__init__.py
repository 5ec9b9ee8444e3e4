"""From scores to events and tags."""
