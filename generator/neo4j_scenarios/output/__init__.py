"""Trees of files: built, compared, and written completely or not at all."""
