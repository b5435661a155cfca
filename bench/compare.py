"""Compares what a contender left on its volume with the set it was to restore."""

from collections.abc import Mapping
from pathlib import Path

import google_crc32c
from bench.errors import BenchError
from bench.sets import DATABASE


def compare(volume: Path, manifest: Mapping[str, tuple[int, int]]) -> None:
    """Raise BenchError unless the volume's database has just the files of the manifest, byte for byte."""
    found = {}
    for top in (volume / "databases" / DATABASE, volume / "transactions" / DATABASE):
        found.update({str(path.relative_to(top)): path for path in top.rglob("*") if path.is_file()})
    wrong = sorted(set(found) ^ set(manifest))
    wrong += [name for name in sorted(set(found) & set(manifest)) if _facts(found[name]) != manifest[name]]
    if wrong:
        message = f"its result is not the set: {len(wrong)} files differ, {', '.join(wrong[:5])}"
        raise BenchError(message, hint="see the volume")


def _facts(path: Path) -> tuple[int, int]:
    checksum = google_crc32c.Checksum()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            checksum.update(block)
    return path.stat().st_size, int.from_bytes(checksum.digest(), "big")
