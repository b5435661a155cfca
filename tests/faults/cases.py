"""Requests that meet a fault: their sets, the volume before, and the volume after.

All files are compared as bytes with what the tests wrote themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import archives, artifacts, standin
from tests.support.archives import write_files
from tests.support.artifacts import Artifact
from tests.support.authfiles import auth_files, below, user

Files = dict[str, bytes]

# A dump of 3.5 is a gzipped tar. This stand-in for `load --from=-` takes such a one, as 4.4 takes its own.
_LOADER = """\
#!/bin/sh
set -e
[ "$1" = --version ] && echo 4.4.48 && exit
[ "$1 $2" = "load --from=-" ] || exit 64
data=$(sed -n 's/^dbms.directories.data=//p' "$NEO4J_CONF/neo4j.conf")
name=${3#--database=}
mkdir -p "$data/databases/$name" "$data/transactions/$name"
# Of a full volume tar only says that it wrote less than it should; one more write has the reason.
tar -xzf - -C "$data/databases/$name" || { head -c 65536 /dev/zero >"$data/databases/$name/more"; exit 1; }
mv "$data/databases/$name"/neostore.transaction.* "$data/transactions/$name"
"""

_ONCE = {"FORCE_OVERWRITE": "once"}
_ALWAYS = {"FORCE_OVERWRITE": "true"}
_KEEP = {"KEEP_PREVIOUS": "true"}
_AUTH = {"AUTH_FILES": "true"}


@dataclass(frozen=True)
class Case:
    """A command on a volume. form: of the sets in the bucket, which all are of the generation `new`.

    live, previous: the generations on the volume before, empty for none, and then those after.
    leaves: what stays in the folder `.neo4j-restore` beside the receipt, when all is done.
    """

    name: str
    form: str
    live: str = ""
    previous: str = ""
    live_after: str = "new"
    previous_after: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    databases: tuple[str, ...] = ("neo4j",)
    leaves: frozenset[str] = frozenset()
    command: str = "run"

    @property
    def every_start(self) -> bool:
        """Tell whether each start restores again."""
        return self.settings.get("FORCE_OVERWRITE") == "true"

    @property
    def reclaims(self) -> bool:
        """Tell whether the old data may go before the new is there."""
        return self.settings.get("SPACE_MODE") == "reclaim"

    @property
    def has_auth_files(self) -> bool:
        """Tell whether the auth files of Neo4j 3.x are restored as well."""
        return self.settings.get("AUTH_FILES") == "true"

    @property
    def purges(self) -> bool:
        """Tell whether staging is removed at the end."""
        return self.settings.get("PURGE_ON_COMPLETE") != "false"

    def store(self, generation: str, database: str) -> Files:
        """Return a store: a whole record store in packed sets, and few files, each of which costs tries, elsewhere."""
        mark = f"{generation} {database}"
        if self.form == "older":
            # As it is after its migration.
            return archives.store_files(mark) | {"neostore": archives.neostore("aligned")}
        if self.form in {"archive", "zip"}:
            # What is in them is looked at before anything else: 4.4 has no block format.
            return archives.store_files(mark)
        # The stand-in for `restore` asks for the first; the engine for the second, and for logs.
        names = ("neostore", "block.metadata.db", "schema/index/1", "neostore.transaction.db.0")
        return {name: f"{mark} {name} ".encode() * 200 for name in names}

    def data(self, generation: str) -> Files:
        """Return all files of a data folder that holds `generation` of each database. None for an empty name."""
        stores = {
            f"{'transactions' if 'transaction' in name else 'databases'}/{database}/{name}": content
            for database in (self.databases if generation else ())
            for name, content in self.store(generation, database).items()
        }
        return stores | (below("dbms/", _auth_files(generation)) if generation and self.has_auth_files else {})

    def fill_bucket(self, bucket: Path) -> None:
        """Write the sets to restore."""
        auth = _auth_files("new") if self.has_auth_files else {}
        if self.form != "archive":
            write_files(bucket / "dbms", auth)
        for database in self.databases:
            files = self.store("new", database)
            if self.form == "older":
                of_4 = files | {"neostore": archives.neostore("AF4.3.0")}
                write_files(bucket, {f"{database}.dump": artifacts.dump(of_4)})
            elif self.form == "directory":
                write_files(bucket / database, files)
            elif self.form == "chain":
                write_files(bucket, _chain(database, files))
            elif self.form == "zip":
                write_files(bucket, {f"{database}-latest.zip": archives.zipped(files, below=f"backups/{database}/")})
            else:
                ending = "dump" if self.form == "dump" else "tar.gz"
                top = "" if self.form == "dump" else f"backups/{database}/"
                files = {**below(top, files), **below("backups/dbms/", auth)}
                write_files(bucket, {f"{database}-latest.{ending}": archives.tar_gz(files, below="")})

    def install_admin(self, home: Path) -> None:
        """Write the neo4j-admin that takes sets of this form."""
        if self.form == "dump":
            write_files(home, {"bin/neo4j-admin": _LOADER.encode()})
            (home / "bin" / "neo4j-admin").chmod(0o755)
        elif self.form == "older":
            standin.install_loading(home, "5.26.30")
        elif self.form == "chain":
            standin.install_enterprise_5(home)
        else:
            standin.install(home, "3.5.35" if self.has_auth_files else "4.4.48")


def _auth_files(generation: str) -> Files:
    """Return the auth files of a generation. The new one has no `auth.ini`: the old one must go."""
    more = {} if generation == "new" else {"auth.ini": user("neo4j").encode()}
    return auth_files("neo4j", generation) | more


def _chain(database: str, files: Files) -> Files:
    """Return a full backup artifact without the store's last file, and a differential one that has it."""
    (*early, last) = files
    tars = [archives.tar_bytes({f"./{name}": files[name] for name in names}) for names in (early, [last])]
    parts = (Artifact(database), Artifact(database, full=False, lowest=101, highest=150))
    return {
        f"{database}-2026-01-31T0{hour}-00-00.backup": part.write("BTV1", tar)
        for hour, (part, tar) in enumerate(zip(parts, tars, strict=True))
    }


CASES = (
    Case("an archive onto an empty volume", "archive"),
    Case("an archive, once, over old data", "archive", "old", settings=_ONCE),
    Case("an archive, checked, once, over old data", "archive", "old", settings={**_ONCE, "CONSISTENCY_CHECK": "true"}),
    Case("an older dump, migrated, once, over old data", "older", "old", settings={**_ONCE, "MIGRATE": "true"}),
    Case("a zip, once, over old data", "zip", "old", settings=_ONCE),
    Case("a chain of backups, once, over old data", "chain", "old", settings=_ONCE),
    Case(
        "a directory, once, the previous generation kept",
        "directory",
        "old",
        "older",
        previous_after="old",
        settings={**_ONCE, **_KEEP},
        leaves=frozenset({"previous"}),
    ),
    Case("a dump onto an empty volume", "dump"),
    Case("a dump, once, over old data", "dump", "old", settings=_ONCE),
    Case("dumps of two databases, once", "dump", "old", settings=_ONCE, databases=("neo4j", "system")),
    Case("a dump at every start", "dump", "old", settings=_ALWAYS),
    Case("a dump, the old data deleted first", "dump", "old", settings={**_ALWAYS, "SPACE_MODE": "reclaim"}),
    Case(
        "a dump, staged files kept",
        "dump",
        "old",
        settings={**_ONCE, "PURGE_ON_COMPLETE": "false"},
        leaves=frozenset({"staging"}),
    ),
    Case("an archive with auth files, once, over old data", "archive", "old", settings={**_ONCE, **_AUTH}),
    Case(
        "a directory with auth files beside it, the previous generation kept",
        "directory",
        "old",
        "older",
        previous_after="old",
        settings={**_ONCE, **_KEEP, **_AUTH},
        leaves=frozenset({"previous"}),
    ),
    Case(
        "a rollback of auth files",
        "directory",
        "new",
        "old",
        live_after="old",
        previous_after="new",
        settings={**_ONCE, **_KEEP, **_AUTH},
        leaves=frozenset({"previous"}),
        command="rollback",
    ),
    Case(
        "a rollback",
        "dump",
        "new",
        "old",
        live_after="old",
        previous_after="new",
        settings={**_ONCE, **_KEEP},
        databases=("neo4j", "system"),
        leaves=frozenset({"previous"}),
        command="rollback",
    ),
)
