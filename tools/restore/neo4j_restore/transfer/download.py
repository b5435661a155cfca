"""The verified bytes of an object as a stream: of the listed size, with the store's checksum, or an error."""

from collections.abc import Iterator
from dataclasses import replace

from neo4j_restore.checksums import Checksum, Hasher
from neo4j_restore.errors import StreamDamagedError
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams.pipeline import Blocks
from neo4j_restore.transfer import evidence
from neo4j_restore.transfer.fetch import Fetch
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.progress import Progress


class Download(Blocks):
    """The verified bytes of one object, as a stream.

    Whoever reads it to the end has bytes of the listed size, with the store's checksum. Otherwise the read raises
    StreamDamagedError. If the bytes do not match a guessed checksum, that is recorded only, because they may be right.
    """

    def __init__(self, fetch: Fetch, stored: StoredObject, progress: Progress, hasher: Hasher | None = None) -> None:
        """Take what to read. hasher: has taken the bytes before `start`, or None where there are none."""
        self.fetch, self._stored, self._progress = fetch, stored, progress
        self._begun = self._over = False
        self._expected: Checksum | None = None
        self._hasher = hasher

    def block(self) -> bytes:
        """Return the next bytes, empty once all have come and were verified."""
        block = b"" if self._over else self.fetch.block()
        # Some stores send the checksum only with the first bytes, so it is known here at the earliest.
        if not self._begun:
            self._begun, self._expected = True, self.fetch.checksum_of(self._stored)
            if self._expected and not self._hasher:
                self._hasher = self._expected.start()
        if not block:
            self._over = True
            self._verify()
            return b""
        if self._hasher:
            self._hasher.update(block)
        self._progress.add(len(block))
        return block

    def _verify(self) -> None:
        # The service's checksum of this transfer. It shows that the bytes arrived as the service has them, and not that
        # they are the uploaded ones.
        if transport := self.fetch.transport(self._stored):
            self.fetch.options.evidence.verified(self._stored.key, f"transport:{transport}")
        expected = self._expected
        if not expected or not self._hasher:
            return
        checksum = replace(expected, digest=self._hasher.digest())
        if checksum == expected:
            self.fetch.options.evidence.verified(self._stored.key, evidence.of_store(expected))
        # A guess can confirm the bytes and never condemn them. An ETag may be an MD5 of something else.
        elif expected.guessed:
            self.fetch.options.evidence.doubted(self._stored.key, expected)
        else:
            name = self.fetch.options.name(self._stored.key)
            message = f"{name} is damaged: its checksum is {checksum}, the store has {expected}"
            raise StreamDamagedError(message)


class _Only(Download):
    """A download of one object. Closing it ends its threads."""

    def close(self) -> None:
        """End the threads."""
        self.fetch.close()
        super().close()


def download(
    store: Store,
    stored: StoredObject,
    options: DownloadOptions,
    progress: Progress,
    *,
    start: int = 0,
    hasher: Hasher | None = None,
) -> Download:
    """Return the verified bytes of one object. The first read makes the first request.

    start: the offset to begin at. hasher: the object's checksum under way, which has taken the bytes before `start`.
    """
    return _Only(Fetch(store, (stored,), options, progress, start), stored, progress, hasher)


def downloads(fetch: Fetch) -> Iterator[tuple[StoredObject, Download]]:
    """Yield each object that `fetch` reads, and its verified bytes. Read one to its end before the next.

    Raises StoreError, and StreamDamagedError for bytes that the store did not keep.
    """
    # `Fetch` hands out blocks in this order, and does not say whose they are.
    for stored in fetch.objects:
        yield stored, Download(fetch, stored, fetch.progress)
