"""What can't be restored is refused before anything changes: exit code, message and hint, and the volume byte for byte.

The backups of other versions that only a real neo4j-admin recognises are in tests/real.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, artifacts, standin
from tests.support.chains import CHAIN, FIRST, FULL, SECOND, backup
from tests.support.says import says
from tests.support.stores import Bucket

STORE = archives.store_files()
BLOCK = {"block.metadata.db": b"b" * 4000, "block.x1.db": b"x" * 4000, "neostore.transaction.db.0": b"log" * 100}
NIGHT = "neo4j-2026-01-31T02-00-00"


def community(version: str = "5.26.30") -> Callable[[Path], Path]:
    """Return what makes the home of a Community Edition that fails at whatever it is asked to do."""

    def install(home: Path) -> Path:
        standin.install_failing(home, "never asked", version=version)
        archives.write_files(home / "lib", {f"neo4j-kernel-{version}.jar": b""})
        return home

    return install


@dataclass(frozen=True)
class Bad:
    """One kind of bad input: what is in the bucket, what is asked for, and what is said."""

    objects: Mapping[str, bytes]
    code: int
    message: str
    hint: str
    home: Callable[[Path], Path] = standin.install_enterprise_5
    asked: Mapping[str, str] = field(default_factory=dict)


def without(*parts: str) -> dict[str, bytes]:
    """Return the objects of a chain, without those with these parts in their names."""
    return {key: content for key, content in CHAIN.items() if not any(part in key for part in parts)}


def store(version: str) -> bytes:
    """Return a backup directory whose store has this format, as an archive."""
    return archives.tar_gz({**STORE, "neostore": archives.neostore(version)})


def folder(version: str) -> bytes:
    """Return a copy of a data folder whose store has this format, as an archive."""
    return archives.tar_gz(archives.data_folder({**STORE, "neostore": archives.neostore(version)}), below="data/")


def blocks(magic: str) -> bytes:
    """Return a full backup of the block format."""
    return backup(BLOCK, magic, storage="block", store_format="block")


OTHER_ID = backup(STORE, database_id=5)
STRANGE = backup({}, database="movies", full=False, lowest=101, highest=150, time="2026-01-31T03:00:00")


MOVIES = "the database movies, not of neo4j"
RENAME = "set DATABASE to movies, or to neo4j=movies to restore it as neo4j"
OF_ANOTHER_DATABASE = {
    "a backup": Bad({f"{NIGHT}.backup": backup(STORE, database="movies")}, 11, MOVIES, RENAME),
    "a differential": Bad(
        {f"{NIGHT}.backup": FULL, "neo4j-2026-01-31T03-00-00.backup": STRANGE},
        11,
        f"T03-00-00.backup is a backup of {MOVIES}",
        RENAME,
    ),
    "one object": Bad(
        {"a.backup": backup(STORE, database="movies")}, 11, MOVIES, RENAME, asked={"BUCKET": "/a.backup"}
    ),
    "an archive": Bad(
        {"neo4j-latest.tar.gz": archives.tar_gz(below="backups/movies/")},
        11,
        "the database movies, not neo4j: backups/movies",
        "set DATABASE to movies",
        standin.install,
    ),
    "a data folder": Bad(
        {"neo4j-latest.tar.gz": archives.tar_gz(archives.data_folder(STORE, "movies"), below="data/")},
        11,
        "the database movies, not neo4j: data/databases/movies",
        "set DATABASE to movies",
        standin.install,
    ),
    "a packed dump": Bad(
        {"neo4j-latest.tar.gz": archives.tar_gz({"movies.dump": artifacts.dump(STORE)}, below="")},
        11,
        "the database movies, not neo4j: movies.dump",
        "set DATABASE to movies",
        community(),
    ),
    "another prefix": Bad(
        {"neo4j-prod.dump": artifacts.dump(STORE)},
        10,
        "no backup of neo4j for latest",
        "neo4j-prod (1). Set DATABASE to one of these, or to neo4j=neo4j-prod to restore that one as neo4j",
        community(),
    ),
    "no other set": Bad(
        {"movies.dump": artifacts.dump(STORE)},
        10,
        "no backup of neo4j for latest",
        "check BUCKET and DATABASE against the bucket's listing",
        community(),
    ),
}

LATER_IMAGE = "use an image of the version that wrote it, or of a later one"
ITS_SERVER = "use an image and a server of the version that wrote it, or of a later one"
OF_ANOTHER_LINE = {
    "a backup of 5 for 4.4": Bad(
        {f"{NIGHT}.backup": FULL}, 31, "is a backup of Neo4j 5 or later", LATER_IMAGE, standin.install
    ),
    "a dump of 5 for 3.5": Bad(
        {"neo4j.dump": artifacts.dump(STORE)},
        31,
        "is a dump of Neo4j 4 or later",
        LATER_IMAGE,
        lambda home: standin.install(home, "3.5.35"),
    ),
    "a data folder of 5 for 4.4": Bad(
        {"neo4j-latest.tar.gz": folder("aligned")}, 31, "of Neo4j 5 or later", ITS_SERVER, standin.install
    ),
    "store files of 5 for 4.4": Bad(
        {"neo4j-latest.tar.gz": store("aligned")}, 31, "of Neo4j 5 or later", ITS_SERVER, standin.install
    ),
    "a backup for Community 5.19": Bad(
        {f"{NIGHT}.backup": FULL},
        2,
        "loads from 5.20 on",
        "or a Community Edition of 5.20 or later",
        community("5.19.0"),
    ),
}

GAP, PUT_BACK = "the full backup is missing before", "put that artifact back, or name an earlier set with TIMESTAMP"
FIRST_ALONE = {"neo4j-2026-01-31T03-00-00.backup": FIRST}
WITHOUT_ITS_FULL = {
    "the newest": Bad(FIRST_ALONE, 10, GAP, PUT_BACK),
    "by its stamp": Bad(FIRST_ALONE, 10, GAP, PUT_BACK, asked={"TIMESTAMP": "2026-01-31T03-00-00"}),
    "by a time": Bad(without("T02"), 10, GAP, PUT_BACK, asked={"TIMESTAMP": "2026-01-31T03:30:00Z"}),
    "as one object": Bad({"x.backup": SECOND}, 10, GAP, PUT_BACK, asked={"BUCKET": "/x.backup"}),
    "with a gap": Bad(without("T03"), 10, "transactions 101 to 150 are missing before", PUT_BACK),
    "with another one's full": Bad({f"{NIGHT}.backup": OTHER_ID, **FIRST_ALONE}, 10, GAP, PUT_BACK),
    "renamed": Bad(FIRST_ALONE, 10, GAP, PUT_BACK, asked={"DATABASE": "staging=neo4j"}),
    "for Community": Bad(
        without("T04", "T05"), 2, "is a differential backup, which the Community", "or take a full backup", community()
    ),
}

RANGE = "transactions 101 to 300, 2026-01-31T02:00:00Z to 2026-01-31T04:00:00Z"
IN_RANGE = "set RESTORE_UNTIL to a point in one of these ranges, or unset it"
UNTIL = {
    **{
        until: Bad(CHAIN, 10, RANGE, IN_RANGE, asked={"RESTORE_UNTIL": until})
        for until in ("100", "301", "2026-01-31T01:59:59Z", "2026-01-31T04:00:01Z")
    },
    **{
        f"{until} is none": Bad(CHAIN, 2, "RESTORE_UNTIL: ", "correct these variables", asked={"RESTORE_UNTIL": until})
        for until in ("2026-01-31T03:00:00", "-5", "latest")
    },
    "in a full backup alone": Bad(
        {f"{NIGHT}.backup": FULL},
        10,
        "is a full backup without differential ones",
        "unset RESTORE_UNTIL, or take a differential backup behind that point",
        asked={"RESTORE_UNTIL": "50"},
    ),
    "in a dump": Bad(
        {"neo4j.dump": artifacts.dump(STORE)},
        2,
        "is of the kind dump",
        "or name a backup of such a chain with TIMESTAMP",
        asked={"RESTORE_UNTIL": "50"},
    ),
    "an id for two databases": Bad(
        CHAIN,
        2,
        "200 is a transaction id of one database, but DATABASE names 2",
        "correct these variables",
        asked={"RESTORE_UNTIL": "200", "DATABASE": "neo4j,system"},
    ),
    "for Community": Bad(
        CHAIN,
        2,
        "which only the Enterprise Edition has",
        "or unset RESTORE_UNTIL",
        community(),
        asked={"RESTORE_UNTIL": "200"},
    ),
    "for 4.4": Bad(
        CHAIN, 2, "needs Neo4j 5 or later", "unset RESTORE_UNTIL", standin.install, asked={"RESTORE_UNTIL": "200"}
    ),
}

NOT_OPEN, OTHER_FORMAT = "has the block format, which the Community Edition", "or dump the database in another format"
BLOCK_FOR_COMMUNITY = {
    "a backup": Bad({f"{NIGHT}.backup": blocks("BTV1")}, 2, NOT_OPEN, OTHER_FORMAT, community()),
    "a compressed backup": Bad({f"{NIGHT}.backup": blocks("BZV2")}, 2, NOT_OPEN, OTHER_FORMAT, community("2026.08.1")),
    "a dump": Bad({"neo4j.dump": artifacts.dump(BLOCK)}, 2, NOT_OPEN, OTHER_FORMAT, community()),
    "a data folder": Bad(
        {"neo4j-latest.tar.gz": archives.tar_gz(archives.data_folder(BLOCK), below="data/")},
        2,
        NOT_OPEN,
        OTHER_FORMAT,
        community("2026.08.1"),
    ),
    "store files": Bad(
        {"neo4j-latest.tar.gz": archives.tar_gz(BLOCK)},
        31,
        "has no command that restores them",
        "take a dump",
        community(),
    ),
}

NAMES = {
    name: Bad(
        {"neo4j-latest.tar.gz": archives.tar_gz()},
        2,
        f"DATABASE: {name.split(',')[-1].split('=')[name.startswith('staging=')]!r} is not a database name",
        "correct these variables",
        standin.install,
        {"DATABASE": name},
    )
    for name in ("neo*", "*", "neo4?", "neo[4]j", "neo4j,sys*", "staging=neo*", "stag*=neo4j", "../neo4j")
}

BY_RESTORE_ALONE = "which `neo4j-admin restore` of the Enterprise Edition restores"
FOR_ENTERPRISE = {
    "an archive for Community 4.4": Bad(
        {"neo4j-latest.tar.gz": store("AF4.3.0")},
        2,
        BY_RESTORE_ALONE,
        "or restore a dump of neo4j",
        community("4.4.48"),
    ),
    "an archive for Community 3.5": Bad(
        {"neo4j-latest.tar.gz": store("v0.A.9")}, 2, BY_RESTORE_ALONE, "or restore a dump of neo4j", community("3.5.35")
    ),
    "a directory for Community 4.4": Bad(
        {f"neo4j/{name}": content for name, content in STORE.items()},
        2,
        BY_RESTORE_ALONE,
        "or restore a dump of neo4j",
        community("4.4.48"),
    ),
}

KINDS = {
    "of another database": OF_ANOTHER_DATABASE,
    "of another line": OF_ANOTHER_LINE,
    "a differential without its full": WITHOUT_ITS_FULL,
    "RESTORE_UNTIL": UNTIL,
    "for Enterprise": FOR_ENTERPRISE,
    "block": BLOCK_FOR_COMMUNITY,
    "name": NAMES,
}
ALL = {f"{kind}: {name}": bad for kind, group in KINDS.items() for name, bad in group.items()}


@pytest.mark.parametrize("bad", ALL.values(), ids=ALL)
def test_bad_input_is_refused_before_anything_changes(
    bad: Bad, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    for database in ("neo4j", "system"):
        archives.write_database(data, "newer", database)
    before = archives.snapshot(data)
    for key, content in bad.objects.items():
        bucket.put(key, content)
    asked = {**bad.asked, "BUCKET": bucket.url + bad.asked.get("BUCKET", "")}
    done = neo4j_restore("run", NEO4J_HOME=str(bad.home(tmp_path / "home")), FORCE_OVERWRITE="true", **asked)
    says(done, bad.code, bad.message)
    assert bad.hint in done.stderr.partition("try: ")[2]
    reason = json.loads((tmp_path / "reason").read_text())
    assert (reason["code"], bad.hint in reason["hint"]) == (bad.code, True)
    assert archives.snapshot(data) == before
    assert not (data / ".neo4j-restore/staging").exists()
