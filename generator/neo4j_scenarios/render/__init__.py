"""A scenario -> the text of its values file."""
