"""The plain download from S3 by boto3, with its default ranges and threads. Arguments: BUCKET KEY FILE."""

import os
import sys

import boto3


def main() -> None:
    """Download one object."""
    bucket, key, file = sys.argv[1:]
    certificate = os.environ["CERT"]
    boto3.client("s3", endpoint_url=os.environ["URL"], verify=certificate).download_file(bucket, key, file)


if __name__ == "__main__":
    main()
