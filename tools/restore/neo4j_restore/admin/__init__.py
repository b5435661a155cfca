"""Finds and runs neo4j-admin, and judges its end."""
