"""Restores Neo4j databases from backups in cloud storage, safely; the program of the restore container."""
