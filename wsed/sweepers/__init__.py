"""How the runs of a sweep are chosen."""
