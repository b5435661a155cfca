"""Writes values files for deployment scenarios that restore Neo4j databases on Kubernetes."""
