"""`neo4j-restore drill`: proves that a restored copy is the data that was meant."""
