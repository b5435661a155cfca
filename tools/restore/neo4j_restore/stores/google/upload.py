"""The body of an upload to Google in one request: what the object is called, and its bytes. Pure.

Source: https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object, "multipart upload". The first part
can name a checksum, which Google compares with the bytes that it got.
"""

import base64
import json
import secrets

from neo4j_restore.checksums import ALGORITHMS
from neo4j_restore.stores import parsing


def body(key: str, data: bytes) -> tuple[str, bytes]:
    """Return the content type and the body of an upload of some JSON."""
    checksum = ALGORITHMS["crc32c"]()
    checksum.update(data)
    about = {"name": key, "contentType": "application/json", "crc32c": base64.b64encode(checksum.digest()).decode()}
    # Random, so that the bytes can't hold it.
    boundary = secrets.token_hex(16)
    kind = "Content-Type: application/json; charset=UTF-8\r\n\r\n"
    start = f"--{boundary}\r\n{kind}{json.dumps(about)}\r\n--{boundary}\r\n{kind}"
    return f"multipart/related; boundary={boundary}", start.encode() + data + f"\r\n--{boundary}--\r\n".encode()


def is_of(answer: bytes, key: str) -> bool:
    """Tell whether the answer to an upload is about this object. That of a gateway is not."""
    try:
        return bool(parsing.parse_json(answer)["name"] == key)
    except (parsing.OddAnswerError, TypeError, KeyError):
        return False
