"""The contenders. Each is a shell script that runs in an empty volume and leaves the store's files in databases/neo4j.

Scripts have in their environment: URL and CERT of the store, OBJECTS (the folder of its objects), PYTHON, and BENCH,
the folder of this package.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.sets import DATABASE, STAMP

_INTO = f"databases/{DATABASE}"

# The databases of one request.
MANY = tuple(f"db{number}" for number in range(1, 9))


@dataclass(frozen=True)
class Contender:
    """One way to do a case's work.

    checks: what it verifies of the bytes. needs: the programs that it uses.
    leaves_store: its result is compared with the set's manifest. once: it runs once, and that run counts.
    """

    name: str
    title: str
    script: str
    checks: str
    needs: Sequence[str] = ()
    leaves_store: bool = True
    once: bool = False


OURS = Contender(
    "ours",
    "neo4j-restore",
    "neo4j-restore run",
    "every object's checksum, the compression's own, the archive's end. All files are synced to the disk",
)

OURS_MANY = Contender(
    "ours",
    "neo4j-restore, one request",
    f"DATABASE={','.join(MANY)} neo4j-restore run",
    OURS.checks,
)

OURS_ONE_BY_ONE = Contender(
    "one-by-one",
    "neo4j-restore, one request after the other",
    f"for name in {' '.join(MANY)}; do DATABASE=$name neo4j-restore run; done",
    OURS.checks,
)

OURS_UNSYNCED = Contender(
    "ours-unsynced",
    "neo4j-restore, with fsync disabled",
    "eatmydata neo4j-restore run",
    "as above, not synced",
    ("eatmydata",),
)


def key(ending: str) -> str:
    """Return the name of the archive with this ending, in its bucket."""
    return f"{DATABASE}-{STAMP}{ending}"


def _media(bucket: str, ending: str) -> str:
    curl = 'curl -sSf --http1.1 ${CERT:+--cacert "$CERT"}'
    return f'{curl} "$URL/download/storage/v1/b/{bucket}/o/{key(ending)}?alt=media"'


def _moved(unpack: str) -> str:
    return f"mkdir set databases; {unpack}; mv set/backups/{DATABASE} {_INTO}"


def old_way(bucket: str, ending: str, tar: str) -> Contender:
    """Return the way of the old container: the cloud's command-line tool, then tar, then a move."""
    fetch = f"gsutil -q cp gs://{bucket}/{key(ending)} archive"
    script = _moved(f"{fetch}; {tar} archive -C set; rm archive")
    checks = "the object's CRC32C, the compression's own checksum"
    return Contender("old", f"gsutil cp, then {tar}", script, checks, ("gsutil", "tar"))


def piped(name: str, bucket: str, ending: str, unpack: str, needs: Sequence[str]) -> Contender:
    """Return curl piped into `unpack`, which reads an archive and unpacks it below `set`."""
    script = _moved(f"{_media(bucket, ending)} | {unpack} -C set")
    return Contender(
        name, f"curl, piped to {unpack}", script, "the compression's own checksum", ("curl", "tar", *needs)
    )


def many_by_curl(bucket: str) -> Contender:
    """Return the archives of many databases, one after the other, each by curl piped into igzip and tar."""
    curl = 'curl -sSf --http1.1 ${CERT:+--cacert "$CERT"}'
    fetch = f'{curl} "$URL/download/storage/v1/b/{bucket}/o/$name-{STAMP}.tar.gz?alt=media" | igzip -dc | tar x -C set'
    script = f"mkdir set; for name in {' '.join(MANY)}; do {fetch}; done; mv set/backups databases"
    return Contender(
        "curl-igzip",
        "curl, piped to igzip -dc | tar x, one after the other",
        script,
        "the compression's own checksum",
        ("curl", "igzip", "tar"),
    )


def s3_old_way(bucket: str, ending: str, tar: str) -> Contender:
    """Return the same from S3, with the library of Amazon's command-line tool."""
    fetch = f'"$PYTHON" "$BENCH"/s3_copy.py {bucket} {key(ending)} archive'
    script = _moved(f"{fetch}; {tar} archive -C set; rm archive")
    checks = "the object's CRC64NVME if one GET brings it, the compression's own checksum"
    return Contender("old", f"boto3 download_file, then {tar}", script, checks, ("tar",))


def rclone_cat(bucket: str, ending: str, unpack: str, remote: str = "store") -> Contender:
    """Return rclone piped into `unpack`."""
    script = _moved(f"rclone cat {remote}:{bucket}/{key(ending)} | {unpack} -C set")
    return Contender(
        "rclone", f"rclone cat, piped to {unpack}", script, "the compression's own checksum", ("rclone", "tar")
    )


def network_alone(bucket: str, ending: str) -> Contender:
    """Return the download to nowhere."""
    script = f"{_media(bucket, ending)} -o /dev/null"
    return Contender("network", "limit: the network alone (curl to nowhere)", script, "-", ("curl",), False)


def inflate_alone(bucket: str, ending: str) -> Contender:
    """Return the decompression of a file in memory, to nowhere."""
    script = f'"$PYTHON" "$BENCH"/inflate_alone.py "$OBJECTS/{bucket}/{key(ending)}"'
    return Contender("inflate", "limit: the inflate alone (isal, to nowhere)", script, "-", (), False)


def zstd_alone(bucket: str, ending: str) -> Contender:
    """Return the same for zstd."""
    script = f'zstd -dcq "$OBJECTS/{bucket}/{key(ending)}" >/dev/null'
    return Contender("inflate", "limit: the decompression alone (zstd, to nowhere)", script, "-", ("zstd",), False)


def write_alone() -> Contender:
    """Return a copy of the unpacked set from memory."""
    script = f'mkdir databases; cp -r "$OBJECTS/../unpacked" {_INTO}'
    return Contender("write", "limit: the write alone (cp -r)", script, "-", ("cp",))


_LOAD = f"neo4j-admin database load {DATABASE}"


def dump_old_way(bucket: str) -> Contender:
    """Return the download of a dump to a file, then its load."""
    fetch = f"mkdir dumps; gsutil -q cp gs://{bucket}/{key('.dump')} dumps/{DATABASE}.dump"
    script = f"{fetch}; {_LOAD} --from-path=dumps; rm -r dumps"
    return Contender("old", "gsutil cp, then neo4j-admin load", script, "the object's CRC32C", ("gsutil",))


def piped_to_load(bucket: str, ending: str = ".dump", name: str = "curl") -> Contender:
    """Return a dump or a full backup, piped into neo4j-admin."""
    script = f"{_media(bucket, ending)} | {_LOAD} --from-stdin"
    return Contender(name, "curl, piped to neo4j-admin load", script, "nothing", ("curl",))


def backup_by_curl(bucket: str) -> Contender:
    """Return the download of a full backup to a file, then its load, as the operations manual describes it."""
    script = f"mkdir backups; {_media(bucket, '.backup')} -o backups/{key('.backup')}"
    script += f"; {_LOAD} --from-path=backups; rm -r backups"
    return Contender("curl", "curl, then neo4j-admin load", script, "nothing", ("curl",))


def load_alone(bucket: str, ending: str = ".dump") -> Contender:
    """Return the work of neo4j-admin alone, from a file in memory."""
    script = f'{_LOAD} --from-stdin <"$OBJECTS/{bucket}/{key(ending)}"'
    return Contender("load", "limit: neo4j-admin load alone", script, "-")


def serial_copy() -> Contender:
    """Return the download of a raw directory by Google's client, one object after the other."""
    script = f'mkdir databases; "$PYTHON" "$BENCH"/serial_copy.py raw {DATABASE}/ {_INTO}'
    checks = "every object's CRC32C"
    return Contender("serial", "google-cloud-storage, one object after the other", script, checks, once=True)


def rclone_copy(remote: str = "store", options: str = "--fast-list") -> Contender:
    """Return rclone's parallel copy of a raw directory. --fast-list: the emulated store lists folders slowly.

    options: with --use-server-modtime, rclone does without a HEAD of each object of S3.
    """
    copy = f"rclone copy --transfers 32 {options}"
    script = f"mkdir databases; {copy} --checkers 32 {remote}:raw/{DATABASE} {_INTO}"
    return Contender("rclone", copy, script, "every object's MD5", ("rclone",))


def network_of_many() -> Contender:
    """Return the download of a raw directory's objects to nowhere, over as many connections."""
    config = f'"$PYTHON" "$BENCH"/curl_config.py "$OBJECTS/raw" {DATABASE} "$URL/download/storage/v1/b/raw/o/" >config'
    script = f"{config}; curl -sSf --http1.1 --parallel --parallel-max 32 -K config; rm config"
    title = "limit: the network alone (curl --parallel-max 32 to nowhere)"
    return Contender("network", title, script, "-", ("curl",), False)
