"""Bytes from a store: verified, resumed, in order."""
