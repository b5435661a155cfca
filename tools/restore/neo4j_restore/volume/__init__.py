"""The data volume: its state, and every change of it."""
