"""Reads and writes YAML."""
