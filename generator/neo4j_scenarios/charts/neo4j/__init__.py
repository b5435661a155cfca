"""Neo4j's official chart: its values written and read."""
