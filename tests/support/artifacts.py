"""Backup artifacts of Neo4j 5, written as its own writer lays them out: real neo4j-admin loads them (tests/real)."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from tests.support import archives

from neo4j_restore.streams import decoders

SIZES = struct.Struct(">iqq")


@dataclass(frozen=True)
class Artifact:
    """What an artifact's metadata says."""

    database: str = "neo4j"
    full: bool = True
    lowest: int = 1
    highest: int = 100
    database_id: int = 77
    storage: str = "record"
    store_format: str = "aligned"
    seconds: int = 1_700_000_000
    recovered: bool = True

    def metadata(self, *, compressed: bool) -> bytes:
        """Return the metadata of version 1."""
        flags = self.recovered * 1 | compressed * 2 | self.full * 4
        fields = [
            struct.pack(">Bqq", 1, 1_650_000_000_000, -12345),
            _text(self.storage.encode()),
            _text(self.store_format.encode()),
            bytes([1, 1]),
            _text(UUID(int=self.database_id).bytes),
            _text(self.database.encode()),
            struct.pack(">qqq", self.seconds, self.lowest, self.highest),
            _text(bytes([flags])),
        ]
        return b"".join(fields)

    def write(self, magic: str, tar: bytes, *, script: str = "") -> bytes:
        """Return the artifact with `tar` as its content. script: the metadata script, in versions 2 and later."""
        compressed = magic.startswith("BZ")
        head = self.metadata(compressed=compressed)
        if magic[3] != "1":
            entries = [("metadataScript", script)] if script else []
            parts = [_long_text(part) for entry in entries for part in entry]
            head = b"\2" + head + struct.pack(">i", len(entries)) + b"".join(parts)
        sized = SIZES.pack(1, 36, len(tar)) + tar
        if magic in {"BZV1", "BZV2"}:
            return magic.encode() + archives.zst(b"zstd" + head + sized)
        return magic.encode() + head + (archives.zst(b"zstd" + sized) if compressed else tar)


def dump(files: Mapping[str, bytes], magic: bytes = b"DZV1") -> bytes:
    """Return a dump of Neo4j 5, or without a magic of 4.x, as their own tools lay it out."""
    tar = archives.tar_bytes(files, below="./")
    return magic + archives.zst(b"zstd" + SIZES.pack(1, len(files), sum(map(len, files.values()))) + tar)


def tar_of_dump(dump: bytes) -> bytes:
    """Return the tar in a dump of Neo4j 5."""
    plain = decoders.start_of(dump.removeprefix(b"DZV1"), 2**40)
    return plain[4 + SIZES.size :]


def _text(data: bytes) -> bytes:
    return bytes([len(data)]) + data


def _long_text(text: str) -> bytes:
    return struct.pack(">i", len(text.encode())) + text.encode()
