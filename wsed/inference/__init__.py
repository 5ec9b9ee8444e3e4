"""From what a system says to what a user wants: events out of scores."""
