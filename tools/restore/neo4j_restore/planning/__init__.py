"""Everything cheap, before the first byte: which set is meant, what it is, and whether it may and can be restored."""
