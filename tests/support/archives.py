"""Backup sets, good and bad, built as the tools build them: small, but with every file that a record store has."""

import gzip
import io
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from lz4 import frame as lz4_frame

from neo4j_restore.volume.paths import RECORD_STORES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def store_files(mark: str = "old") -> dict[str, bytes]:
    """Return a record store's files by name, as a backup directory has them. `mark` makes two stores differ."""
    files = {name: f"{mark} {name} ".encode() * 200 for name in RECORD_STORES}
    return files | {
        "neostore.transaction.db.0": f"{mark} log".encode() * 100,
        "schema/index/token-lookup-1.0/1/index-1": f"{mark} index".encode() * 100,
    }


def neostore(version: str) -> bytes:
    """Return the start of the file `neostore` of a store, as 4.4 and 5 write it: `AF4.3.0`, or `aligned` for 5."""
    records = [bytes(8)] * 10
    if version[0] in "vSAH":
        records[4] = (bytes([len(version)]) + version.encode()).ljust(8, b"\0")[::-1]
    else:
        text = b"\x06record" + bytes([len(version)]) + version.encode() + b"\1\1"
        records[7:] = [b"\x81" + text[:7], *(text[at : at + 8].ljust(8, b"\0") for at in range(7, len(text), 8))]
    return b"".join(b"\1" + record for record in records).ljust(8192, b"\0")


def data_folder(files: Mapping[str, bytes], database: str = "neo4j") -> dict[str, bytes]:
    """Return the files of a store as they lie in a data folder: store and transaction logs apart."""
    return {
        f"{'transactions' if name.startswith('neostore.transaction') else 'databases'}/{database}/{name}": data
        for name, data in files.items()
    }


def tar_bytes(files: Mapping[str, bytes], *, below: str = "", modified: int = 0) -> bytes:
    """Return a tar of `files`. `below` stands before each name, verbatim, as in `backups/neo4j/`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(below + name)
            member.size, member.mtime = len(data), modified
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def tar_gz(files: Mapping[str, bytes] | None = None, *, below: str = "backups/neo4j/") -> bytes:
    """Return a backup set as the charts' backup jobs upload it."""
    return gzip.compress(tar_bytes(store_files() if files is None else files, below=below), 1)


def zst(data: bytes, *, window_log: int = 0) -> bytes:
    """Return `data` packed by zstd with a checksum, as its command does. The header does not have its size."""
    options: dict[int, int] = {zstd.CompressionParameter.checksum_flag: 1}
    if window_log:
        options[zstd.CompressionParameter.window_log] = window_log
    packer = zstd.ZstdCompressor(options=options)
    return packer.compress(data) + packer.flush()


def lz4(data: bytes) -> bytes:
    """Return `data` packed by lz4 with a checksum, as its command does."""
    packed: bytes = lz4_frame.compress(data, content_checksum=True)
    return packed


def zipped(files: Mapping[str, bytes], *, below: str = "backups/neo4j/") -> bytes:
    """Return a zip of `files`, deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(below + name, content)
    return buffer.getvalue()


def write_files(top: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` below `top`."""
    for name, data in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def write_database(data: Path, mark: str, database: str = "neo4j") -> None:
    """Write a database into a data folder as a server of 4.x leaves it."""
    files = store_files(mark)
    logs = {name: files.pop(name) for name in list(files) if name.startswith("neostore.transaction")}
    write_files(data / "databases" / database, files | {"database_lock": b""})
    write_files(data / "transactions" / database, logs)


def snapshot(data: Path) -> dict[str, bytes]:
    """Return every file of a data folder with its bytes, our own folder left out."""
    return {name: content for name, content in snapshot_all(data).items() if not name.startswith(".neo4j-restore/")}


def snapshot_all(top: Path) -> dict[str, bytes]:
    """Return every file below `top` with its bytes."""
    return {str(path.relative_to(top)): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


def empty(top: Path) -> None:
    """Remove all that is in the folder `top`."""
    for path in top.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
