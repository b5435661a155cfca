"""Asks for the checksums that a listing does not have, so that large objects can come in pieces."""

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.stores.errors import UnsendableError
from neo4j_restore.transfer import parallel
from neo4j_restore.transfer.landing import Landing


def look_at_large(store: Store, landings: list[Landing], connections: int) -> None:
    """Get the checksums of large objects. A listing of S3 has none, and an answer with a piece has none either."""
    large = {each.stored: each for each in landings if each.lacks_checksum}

    def look(stored: StoredObject) -> StoredObject:
        try:
            return store.stat(stored) if store.plain_get(stored, 0, stored.size_bytes) else stored
        except (StoreError, UnsendableError):
            # `fetch` asks again, and has the words for what is wrong.
            return stored

    for stored, known in parallel.answers(look, large, connections).items():
        large[stored].stored = known
