"""Checks of what others give: the ranges of values, and the names and files that a file may lead to."""
