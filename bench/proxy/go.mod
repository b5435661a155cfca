module neo4j-restore/bench/proxy

go 1.26.0
