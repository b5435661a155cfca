"""The `gs://` store: Google Cloud Storage."""
