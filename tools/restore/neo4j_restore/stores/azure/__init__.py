"""The `azb://` store: Azure Blob Storage."""
