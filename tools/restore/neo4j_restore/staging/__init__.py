"""Fills the staging folder: downloads, unpacks, and lets neo4j-admin load."""
