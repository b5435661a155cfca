"""A chain of backup artifacts in a bucket, and single artifacts."""

from datetime import datetime

from tests.support import archives
from tests.support.artifacts import Artifact

STORE = archives.store_files()


def at(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp())


def backup(files: dict[str, bytes], magic: str = "BTV1", time: str = "2026-01-31T02:00:00", **says: object) -> bytes:
    content = archives.tar_bytes(files, below="./")
    return Artifact(seconds=at(time), **says).write(magic, content)  # type: ignore[arg-type]  # keywords


def differential(content: bytes, lowest: int, highest: int, time: str) -> bytes:
    files = {"neostore.counts.db": content} if content else {}
    return backup(files, full=False, lowest=lowest, highest=highest, time=time)


FULL = backup(STORE)

FIRST = differential(b"first", 101, 150, "2026-01-31T03:00:00")

SECOND = differential(b"second", 151, 300, "2026-01-31T04:00:00")

EMPTY = differential(b"", 0, 0, "2026-01-31T05:00:00")

CHAIN = {
    "neo4j-2026-01-31T02-00-00.backup": FULL,
    "neo4j-2026-01-31T03-00-00.backup": FIRST,
    "neo4j-2026-01-31T04-00-00.backup": SECOND,
    "neo4j-2026-01-31T05-00-00.backup": EMPTY,
    # What lies beside them in the official chart's flat bucket.
    "neo4j-2026-01-31T02-00-00.backup.report.tar.gz": archives.tar_gz({"neo4j.report": b"x"}),
    "neo4j-test-2026-02-01T02-00-00.backup": backup({}, database="neo4j-test"),
}
