"""Sets with auth files of Neo4j 3.x, and those on a volume."""

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support import archives
from tests.support.authfiles import auth_files, below, user
from tests.support.stores import Bucket

SET = auth_files("neo4j", "early")
LIVE = {**auth_files("neo4j", "late"), "auth.ini": user("neo4j").encode()}
ThreeX = Callable[..., subprocess.CompletedProcess[str]]


def tar_gz(files: dict[str, bytes]) -> bytes:
    store = below("backups/neo4j/", archives.store_files())
    return gzip.compress(archives.tar_bytes({**store, **files}))


def put_beside(bucket: Bucket, files: dict[str, bytes] = SET, folder: str = "dbms/") -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    for name, content in files.items():
        bucket.put(folder + name, content)


def live(data: Path, files: dict[str, bytes] = LIVE, mark: str = "newer") -> dict[str, bytes]:
    """Put a database and auth files on the volume, and return all of it."""
    archives.write_database(data, mark)
    archives.write_files(data / "dbms", files)
    return archives.snapshot(data)


def on(data: Path) -> dict[str, bytes]:
    """Return the auth files that are live."""
    return {path.name: path.read_bytes() for path in (data / "dbms").glob("*")}


def receipt(data: Path) -> Any:
    return json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]
