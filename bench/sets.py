"""The backup sets to restore. They are made once for each size, always with the same bytes, and kept in the cache.

A folder `SIZE-VERSION/` holds `objects/BUCKET/KEY`, which the store serves, and `manifest.json` with the size and
CRC32C of every file of the unpacked store.
"""

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import google_crc32c
from bench.objects import publish, publish_to_s3

from bench import places, records

# Increase this with every change that changes a byte of the sets.
_VERSION = 1

_MIB = 1024 * 1024

DATABASE = "neo4j"

STAMP = "2026-01-31T02-00-00"

_SMALL_BYTES = (2048, 4096, 8192, 12288)

# The share of each file in the store, as in a property graph with a few properties on each node.
_LARGE = {
    "neostore.nodestore.db": (records.NODES, 0.08),
    "neostore.relationshipstore.db": (records.RELATIONSHIPS, 0.30),
    "neostore.propertystore.db": (records.PROPERTIES, 0.37),
    "neostore.propertystore.db.strings": (records.STRINGS, 0.17),
    "neostore.transaction.db.0": (records.PROPERTIES, 0.04),
    "neostore.transaction.db.1": (records.RELATIONSHIPS, 0.04),
}

_TINY = (
    "neostore",
    "neostore.labeltokenstore.db",
    "neostore.labeltokenstore.db.names",
    "neostore.nodestore.db.labels",
    "neostore.propertystore.db.arrays",
    "neostore.propertystore.db.index",
    "neostore.propertystore.db.index.keys",
    "neostore.relationshipgroupstore.db",
    "neostore.relationshiptypestore.db",
    "neostore.relationshiptypestore.db.names",
    "neostore.schemastore.db",
)


@dataclass(frozen=True)
class Size:
    """A size of the sets. store_bytes: of the large files together.

    archive_files, directory_files: the number of files in the archives and in the raw directory.
    """

    name: str
    store_bytes: int
    archive_files: int
    directory_files: int


FULL = Size("full", 2048 * _MIB, 120, 5000)
QUICK = Size("quick", 24 * _MIB, 40, 200)


@dataclass(frozen=True)
class Sets:
    """The sets of one size. manifests: the size and CRC32C of each file, for `archive` and `directory`."""

    size: Size
    top: Path
    manifests: dict[str, dict[str, tuple[int, int]]]

    @property
    def objects(self) -> Path:
        """Return the folder of the buckets."""
        return self.top / "objects"

    def object(self, bucket: str, ending: str) -> Path:
        """Return the one archive in a bucket."""
        return self.objects / bucket / f"{DATABASE}-{STAMP}{ending}"

    @property
    def directory(self) -> Path:
        """Return the folder of the raw directory that the store serves."""
        return self.objects / "raw" / DATABASE

    def unpacked_bytes(self, manifest: str) -> int:
        """Return the bytes of the store in an archive or the raw directory."""
        return sum(size for size, _ in self.manifests[manifest].values())


def make(size: Size) -> Sets:
    """Return the sets of this size. The first call makes them, which takes some minutes for the full ones."""
    top = places.sets() / f"{size.name}-{_VERSION}"
    if not (top / "manifest.json").exists():
        shutil.rmtree(top, ignore_errors=True)
        _make(size, top)
    saved = json.loads((top / "manifest.json").read_text())
    manifests = {kind: {name: (size, crc) for name, (size, crc) in files.items()} for kind, files in saved.items()}
    _link(top, manifests["archive"])
    sets = Sets(size, top, manifests)
    for path in (sets.object("targz", ".tar.gz"), *files(sets.directory)):
        if "user.checksums" not in os.listxattr(path):
            publish_to_s3(path)
    return sets


def files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder."""
    for top, _, names in os.walk(folder):
        yield from (Path(top, name) for name in names)


def _link(top: Path, names: Iterable[str]) -> None:
    """Make a folder with hard links to the archive's files, for the contenders that copy it."""
    if not (top / "unpacked").exists():
        for name in names:
            path = top / "unpacked.new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.hardlink_to(top / "objects" / "raw" / DATABASE / name)
        (top / "unpacked.new").rename(top / "unpacked")


def _make(size: Size, top: Path) -> None:
    objects = top / "objects"
    directory = objects / "raw" / DATABASE
    manifest = dict(write_store(directory, size))
    inside = sorted(manifest)[: size.archive_files]
    inside = [*inside, *(name for name in (*_LARGE, *_TINY) if name not in inside)]
    archive = {name: manifest[name] for name in sorted(inside)}
    tar = top / "set.tar"
    write_tar(directory, archive, tar)
    for bucket, ending, argv in (("targz", ".tar.gz", gzip()), ("tarzst", ".tar.zst", ["zstd", "-3", "-q", "-c"])):
        pack(tar, objects / bucket / f"{DATABASE}-{STAMP}{ending}", argv)
    tar.unlink()
    publish(objects)
    (top / "manifest.json").write_text(json.dumps({"archive": archive, "directory": manifest}))


def write_store(top: Path, size: Size) -> Iterator[tuple[str, tuple[int, int]]]:
    """Write a record store of `size` below `top`. Yield the name, the bytes and the CRC32C of each file."""
    streams = {shape: records.Bytes(shape, seed) for seed, shape in enumerate((s for s, _ in _LARGE.values()), 1)}
    planned = [(name, shape, int(size.store_bytes * part)) for name, (shape, part) in _LARGE.items()]
    planned += [(name, records.NODES, 8192) for name in _TINY]
    small = size.directory_files - len(planned)
    planned += [
        (f"schema/index/range-1.0/{number}/index-{number}", records.STRINGS, _SMALL_BYTES[number % len(_SMALL_BYTES)])
        for number in range(small)
    ]
    for number, (name, shape, count) in enumerate(planned):
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        checksum = google_crc32c.Checksum()
        with path.open("wb") as file:
            for block in streams[shape].blocks(count, start=number * 4096):
                file.write(block)
                checksum.update(bytes(block))
        yield name, (count, int.from_bytes(checksum.digest(), "big"))


def gzip() -> list[str]:
    """Return the command that compresses as the charts' backup jobs do."""
    return ["pigz" if shutil.which("pigz") else "gzip", "-6", "-n", "-c"]


def pack(tar: Path, target: Path, argv: list[str]) -> None:
    """Write what the command `argv` makes of a tar to the new file `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tar.open("rb") as source, target.open("wb") as packed:
        subprocess.run(argv, stdin=source, stdout=packed, check=True)


def write_tar(directory: Path, names: Iterable[str], target: Path, database: str = DATABASE) -> None:
    """Write a tar with the paths of the charts' backup jobs, `backups/neo4j/...`, and nothing of this machine."""
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        for name in names:
            member = tarfile.TarInfo(f"backups/{database}/{name}")
            member.size = (directory / name).stat().st_size
            with (directory / name).open("rb") as file:
                archive.addfile(member, file)
