"""The plain copy of a raw directory by Google's client, one object after the other. Arguments: BUCKET PREFIX FOLDER."""

import os
import sys
from pathlib import Path

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage


def main() -> None:
    """Copy every object below the prefix."""
    bucket, prefix, folder = sys.argv[1:]
    options = {"api_endpoint": os.environ["STORAGE_EMULATOR_HOST"]}
    client = storage.Client("none", AnonymousCredentials(), client_options=options)
    for blob in client.list_blobs(bucket, prefix=prefix):
        path = Path(folder, blob.name.removeprefix(prefix))
        path.parent.mkdir(parents=True, exist_ok=True)
        blob.download_to_filename(str(path))


if __name__ == "__main__":
    main()
