"""The `s3://` store: Amazon S3, and stores with the same API."""
