"""The page of a comparison: one HTML file with its tables, figures, sounds and scripts."""
