"""Turns files into objects of the emulated stores without an upload, by the attributes that these stores keep.

Sources: fake-gcs-server, internal/backend/metadata_xattr.go and object.go: JSON in the attribute `user.metadata`.
versitygw, backend/posix/posix.go and s3response/s3response.go: `user.etag`, and JSON in `user.checksums`.
"""

import base64
import hashlib
import json
import os
from pathlib import Path

import awscrt.checksums
import google_crc32c

_TIME = "2026-01-31T02:00:00.000000Z"


def publish(objects: Path) -> None:
    """Give every file below `objects` the checksums, the type and the generation of an object."""
    for number, path in enumerate(sorted(path for path in objects.rglob("*") if path.is_file()), 1):
        os.setxattr(path, "user.metadata", json.dumps(_attributes(path, number)).encode())


def publish_to_s3(path: Path) -> None:
    """Give a file the ETag and the CRC64NVME that an object of S3 has by default."""
    crc, md5 = 0, hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            crc = awscrt.checksums.crc64nvme(block, crc)
            md5.update(block)
    digest = base64.b64encode(crc.to_bytes(8, "big")).decode()
    checksums = {"Algorithm": "CRC64NVME", "Type": "FULL_OBJECT", "CRC64NVME": digest}
    os.setxattr(path, "user.etag", f'"{md5.hexdigest()}"'.encode())
    os.setxattr(path, "user.checksums", json.dumps(checksums).encode())


def _attributes(path: Path, number: int) -> dict[str, object]:
    crc, md5 = google_crc32c.Checksum(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            crc.update(block)
            md5.update(block)
    return {
        "StorageClass": "STANDARD",
        "ContentType": "application/octet-stream",
        "Crc32c": base64.b64encode(crc.digest()).decode(),
        "Md5Hash": base64.b64encode(md5.digest()).decode(),
        "Etag": base64.b64encode(md5.digest()).decode(),
        "Created": _TIME,
        "Updated": _TIME,
        "Generation": 1_700_000_000_000_000 + number,
    }
