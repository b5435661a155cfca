"""Backup sets: which objects of a bucket are a backup, of which database and of what time."""
