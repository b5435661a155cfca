"""A digest of live data that changes when Neo4j runs on it."""

import hashlib
import json
from pathlib import Path

from neo4j_restore import trees
from neo4j_restore.volume.paths import AUTH_FILES


def fingerprint(root: Path, parts: tuple[str, ...]) -> str:
    """Return a digest of the names, sizes and times of all files in `parts`. It changes when Neo4j runs on them."""
    digest, count = hashlib.sha256(b"["), 0
    for part in sorted(parts, key=lambda part: part.split("/")):
        # An auth file is a part by itself. No other file in the place of a part counts, as in older journals.
        for path in [root / part] if part in AUTH_FILES else trees.files(root / part):
            status = path.stat()
            fact = json.dumps((str(path.relative_to(root)), status.st_size, status.st_mtime_ns))
            # These are the bytes that `json.dumps` gives for one list of all files. The list is never held in memory,
            # and digests in older journals stay valid.
            digest.update(f"{', ' if count else ''}{fact}".encode())
            count += 1
    digest.update(b"]")
    return digest.hexdigest()
