"""`neo4j-restore finalize`: what only a running Neo4j can do after a restore."""
