"""Stores that give made-up answers, as the protocols of S3 and Azure have them, where no emulator gives them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime

from tests.restore.stores.subjects import open_writing_with
from tests.support.servers import Asked, Reply, scripted

from neo4j_restore.stores import StoredObject, WritableStore

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
TEN = b"0123456789"
S3 = {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush"}
AZURE = {"BUCKET": "azb://backups1/nightly", "AZURE_STORAGE_KEY": "aHVzaA=="}

Opened = Callable[..., AbstractContextManager[tuple[WritableStore, list[Asked]]]]


def stored(size: int = 10, etag: str = f'"{MD5}"') -> StoredObject:
    return StoredObject("nightly/neo4j.dump", size, datetime.now(UTC), etag)


@contextmanager
def s3(*replies: Reply, **more: str) -> Iterator[tuple[WritableStore, list[Asked]]]:
    """Return a store of S3 that gives `replies`, and what it has been asked. It closes with the block."""
    with scripted(*replies) as server, closing(open_writing_with({**S3, "ENDPOINT_URL": server.host, **more})) as store:
        yield store, server.asked


@contextmanager
def azure(*replies: Reply, **more: str) -> Iterator[tuple[WritableStore, list[Asked]]]:
    """Return a store of Azure that gives `replies`, and what it has been asked. It closes with the block."""
    with (
        scripted(*replies) as server,
        closing(open_writing_with({**AZURE, "ENDPOINT_URL": server.host, **more})) as store,
    ):
        yield store, server.asked


def head(**headers: str) -> Reply:
    return Reply(200, b"", {"ETag": f'"{MD5}"', "Content_Length": "10", **headers})


def page(*contents: str, more: str = "") -> Reply:
    """Return a page of S3's listing."""
    body = "".join(f"<Contents>{each}</Contents>" for each in contents)
    end = f"<IsTruncated>true</IsTruncated>{more}" if more else "<IsTruncated>false</IsTruncated>"
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    return Reply(200, f'<ListBucketResult xmlns="{namespace}">{end}{body}</ListBucketResult>'.encode())


def entry(tail: str = "") -> str:
    time = "2026-01-31T02:00:00.000Z"
    return f'<Key>p/x</Key><LastModified>{time}</LastModified><ETag>"{MD5}"</ETag><Size>1</Size>{tail}'


def error(code: str, message: str = "said") -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
