"""The fleet report: the age and size of each cluster's backups, their pins, and their restore drills."""
