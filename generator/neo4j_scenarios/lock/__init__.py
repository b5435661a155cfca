"""Decides which set each cluster of a fleet restores."""
