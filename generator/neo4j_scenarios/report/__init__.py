"""The fleet report: how old, how large, how well pinned and how well tried the backups of each cluster are."""
