"""A scenario -> the values of each target chart."""
