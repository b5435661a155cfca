"""What a restored volume has: the files of a generation, and archives that hold them."""

import gzip
from pathlib import Path

from tests.support import archives


def exists(data: Path) -> dict[str, bytes]:
    """Put a database with newer writes on the volume. Return the volume as it must stay."""
    archives.write_database(data, "newer")
    return archives.snapshot(data)


def expected(mark: str = "old") -> dict[str, bytes]:
    """Return the store files that a restored `archives.store_files(mark)` has on the volume."""
    files = archives.store_files(mark)
    return {f"databases/neo4j/{name}": data for name, data in files.items() if "transaction" not in name}


TAR = archives.tar_bytes(archives.store_files(), below="backups/neo4j/")
PACKED = {"tar.gz": gzip.compress(TAR), "tar": TAR, "tar.zst": archives.zst(TAR), "tar.lz4": archives.lz4(TAR)}
