"""Streams of bytes: decompressed, decrypted, and read as archives."""
