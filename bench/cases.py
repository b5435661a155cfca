"""The cases: what is restored, from what distance, and by which contenders."""

from dataclasses import dataclass, replace

from bench.contenders import Contender
from bench.servers import AZURE_ACCOUNT, Distance
from bench.sets import DATABASE

from bench import contenders as who
from bench import dumps, many

_GZ, _ZST = ("targz", ".tar.gz"), ("tarzst", ".tar.zst")

# About as much as real object stores give one connection.
CAP_BYTES = 100_000_000


@dataclass(frozen=True)
class Case:
    """One case. bucket: for BUCKET. distance: what a proxy adds.

    manifest: the files that each of the `databases` must have in the result.
    real_admin: with a real Neo4j in the place of the stand-in.
    """

    name: str
    title: str
    bucket: str
    manifest: str
    contenders: tuple[Contender, ...]
    tls: bool = True
    distance: Distance | None = None
    real_admin: bool = False
    scheme: str = "gs"
    databases: tuple[str, ...] = (DATABASE,)


def restores(*, quick: bool) -> list[Case]:
    """Return the cases of `make bench-restore`. quick: without programs that take long to build."""
    rclone = [] if quick else [_once(who.rclone_cat(*_GZ, "tar xz"))]
    s3_rclone = [] if quick else [_once(who.rclone_cat(*_GZ, "tar xz", remote="s3"))]
    rclone_raw = [] if quick else [who.rclone_copy()]
    rclone_raw_s3 = [] if quick else [who.rclone_copy("s3", "--fast-list --use-server-modtime")]
    # azurite needs Node, and its blobs take a while to be made.
    azure = [] if quick else [_raw_of_azure()]
    return [
        Case(
            "tar.gz",
            "An archive, `.tar.gz`",
            "targz",
            "archive",
            (
                who.OURS,
                who.old_way(*_GZ, "tar xzf"),
                *rclone,
                _once(who.piped("curl-tar", *_GZ, "tar xz", ())),
                who.piped("curl-igzip", *_GZ, "igzip -dc | tar x", ("igzip",)),
                who.network_alone(*_GZ),
                who.inflate_alone(*_GZ),
                who.write_alone(),
            ),
        ),
        Case(
            "tar.zst",
            "An archive, `.tar.zst`",
            "tarzst",
            "archive",
            (
                who.OURS,
                _once(who.old_way(*_ZST, "tar --zstd -xf")),
                who.piped("curl-zstd", *_ZST, "zstd -dc | tar x", ("zstd",)),
                who.zstd_alone(*_ZST),
            ),
        ),
        Case(
            "capped",
            "`.tar.gz` where each connection is capped at 100 MB/s",
            "targz",
            "archive",
            (
                who.OURS,
                _once(who.old_way(*_GZ, "tar xzf")),
                who.piped("curl-igzip", *_GZ, "igzip -dc | tar x", ("igzip",)),
            ),
            distance=Distance(rate=CAP_BYTES),
        ),
        Case("durable", "`.tar.gz`, synced and not", "targz", "archive", (who.OURS, who.OURS_UNSYNCED)),
        Case(
            "raw",
            "A raw directory, each answer 20 ms away",
            "raw",
            "directory",
            (who.OURS, who.serial_copy(), *rclone_raw, who.network_of_many()),
            tls=False,
            distance=Distance(delay_ms=20),
        ),
        Case(
            "raw-s3",
            "A raw directory from S3, each answer 20 ms away",
            "raw",
            "directory",
            (who.OURS, *rclone_raw_s3),
            tls=False,
            distance=Distance(delay_ms=20),
            scheme="s3",
        ),
        *azure,
        Case(
            "s3",
            "`.tar.gz` from S3",
            "targz",
            "archive",
            (who.OURS, _once(who.s3_old_way(*_GZ, "tar xzf")), *s3_rclone),
            scheme="s3",
        ),
        Case(
            "dump",
            "A dump of Neo4j 5, loaded by the real neo4j-admin",
            dumps.BUCKET,
            "dump",
            (
                who.OURS,
                _once(who.dump_old_way(dumps.BUCKET)),
                who.piped_to_load(dumps.BUCKET),
                who.load_alone(dumps.BUCKET),
            ),
            real_admin=True,
        ),
        Case(
            "backup",
            "A full `.backup` of Neo4j 5, loaded by the real neo4j-admin of Community",
            dumps.BACKUPS,
            "dump",
            (
                who.OURS,
                who.backup_by_curl(dumps.BACKUPS),
                who.piped_to_load(dumps.BACKUPS, ".backup", "piped"),
                who.load_alone(dumps.BACKUPS, ".backup"),
            ),
            real_admin=True,
        ),
        Case(
            "many",
            "Eight databases, `.tar.gz`",
            many.BUCKET,
            "many",
            (who.OURS_MANY, who.OURS_ONE_BY_ONE, who.many_by_curl(many.BUCKET)),
            databases=who.MANY,
        ),
    ]


def _raw_of_azure() -> Case:
    return Case(
        "raw-azure",
        "A raw directory from Azure, each answer 20 ms away",
        f"{AZURE_ACCOUNT[0]}/raw",
        "directory",
        (who.OURS, who.rclone_copy("azb")),
        tls=False,
        distance=Distance(delay_ms=20),
        scheme="azb",
    )


def _once(contender: Contender) -> Contender:
    """Return a contender that runs once, because it is slow and its place is certain."""
    return replace(contender, once=True)
