"""Compares a contender's result on its volume with the set."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import google_crc32c
from bench.errors import BenchError
from bench.sets import DATABASE


def database_files(data: Path, database: str = DATABASE) -> dict[str, Path]:
    """Return the files of a database in a data folder, by their names in the folder of its store or its logs."""
    files = {}
    for top in (data / "databases" / database, data / "transactions" / database):
        files.update({str(path.relative_to(top)): path for path in top.rglob("*") if path.is_file()})
    return files


def compare(data: Path, manifest: Mapping[str, tuple[int, int]], databases: Iterable[str] = (DATABASE,)) -> None:
    """Raise BenchError unless each database in the data folder has the files of the manifest, byte for byte."""
    for database in databases:
        files = database_files(data, database)
        different = sorted(set(files) ^ set(manifest))
        different += [name for name in sorted(set(files) & set(manifest)) if facts(files[name]) != manifest[name]]
        if different:
            names = ", ".join(different[:5])
            message = f"its result is not the set: {len(different)} files differ, {names}, in {database}"
            raise BenchError(message, hint="see the volume")


def facts(path: Path) -> tuple[int, int]:
    """Return a file's size and CRC32C."""
    checksum = google_crc32c.Checksum()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            checksum.update(block)
    return path.stat().st_size, int.from_bytes(checksum.digest(), "big")
