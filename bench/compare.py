"""Compares what a contender left on its volume with the set it was to restore."""

from collections.abc import Mapping
from pathlib import Path

import google_crc32c
from bench.errors import BenchError
from bench.sets import DATABASE


def found(data: Path) -> dict[str, Path]:
    """Return the files of the database in a data folder, by their names in the store's folder or that of its logs."""
    files = {}
    for top in (data / "databases" / DATABASE, data / "transactions" / DATABASE):
        files.update({str(path.relative_to(top)): path for path in top.rglob("*") if path.is_file()})
    return files


def compare(data: Path, manifest: Mapping[str, tuple[int, int]]) -> None:
    """Raise BenchError unless the data folder's database has just the files of the manifest, byte for byte."""
    files = found(data)
    wrong = sorted(set(files) ^ set(manifest))
    wrong += [name for name in sorted(set(files) & set(manifest)) if facts(files[name]) != manifest[name]]
    if wrong:
        message = f"its result is not the set: {len(wrong)} files differ, {', '.join(wrong[:5])}"
        raise BenchError(message, hint="see the volume")


def facts(path: Path) -> tuple[int, int]:
    """Return a file's size and CRC32C."""
    checksum = google_crc32c.Checksum()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            checksum.update(block)
    return path.stat().st_size, int.from_bytes(checksum.digest(), "big")
