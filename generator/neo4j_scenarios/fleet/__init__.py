"""A fleet file -> its clusters, and the lock beside it."""
