"""What the bytes of a backup set say about it."""
