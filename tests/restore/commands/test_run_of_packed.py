"""Sets that were packed once more, or in another way, through the whole command: what can be unpacked is restored."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.artifacts import Artifact, dump
from tests.support.says import says
from tests.support.stores import Bucket

STORE = archives.store_files()
TAR = archives.tar_bytes(STORE, below="backups/neo4j/")
FULL = Artifact().write("BTV1", archives.tar_bytes(STORE, below="./"))
LATER = Artifact(full=False, lowest=101, highest=150, seconds=1_700_003_600).write(
    "BTV1", archives.tar_bytes({"neostore.counts.db": b"later"}, below="./")
)


def tar_gz(files: dict[str, bytes]) -> bytes:
    return gzip.compress(archives.tar_bytes(files))


def is_restored(data: Path, mark: str = "old") -> bool:
    files = {f"databases/neo4j/{name}": content for name, content in archives.store_files(mark).items()}
    stored = {name: content for name, content in files.items() if "transaction" not in name}
    logs = data / "transactions/neo4j/neostore.transaction.db.0"
    return archives.snapshot(data).items() >= stored.items() and logs.read_bytes().startswith(mark.encode())


DUMPS: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "gsutil cp -Z": ("neo4j.dump", gzip.compress, "gzip > dump"),
    "gzip": ("neo4j-2026-01-31.dump.gz", gzip.compress, "gzip > dump"),
    "zstd": ("neo4j.dump.zst", archives.zst, "zstd > dump"),
    "xz": ("neo4j.dump.xz", lzma.compress, "xz > dump"),
    "tar": ("neo4j.tar", lambda data: archives.tar_bytes({"neo4j.dump": data}), "tar > dump"),
    "tar.gz with companions": (
        "neo4j-latest.tar.gz",
        lambda data: tar_gz({"dumps/log.txt": b"x", "dumps/neo4j.dump": data, "dumps/system.dump": data}),
        "gzip > tar > dump",
    ),
    "zip": ("neo4j.zip", lambda data: archives.zipped({"neo4j.dump": data}, below=""), "zip > dump"),
}


@pytest.mark.proves("packed dump")
@pytest.mark.parametrize("version", ["4.4.48", "5.26.30"])
@pytest.mark.parametrize(("key", "pack", "layers"), DUMPS.values(), ids=DUMPS)
def test_a_packed_dump_is_loaded(
    key: str,
    pack: Callable[[bytes], bytes],
    layers: str,
    version: str,
    neo4j_restore: Run,
    bucket: Bucket,
    data: Path,
    tmp_path: Path,
) -> None:
    bucket.put(key, pack(dump(STORE, b"" if version < "5" else b"DZV1")))
    home = standin.install_loading(tmp_path / "home", version)
    done = neo4j_restore("run", NEO4J_HOME=str(home))
    says(done, 0)
    assert is_restored(data)
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert (restored["kind"], " > ".join(restored["layers"])) == ("dump", layers)
    assert not (data / ".neo4j-restore/staging").exists()


ARCHIVES: dict[str, tuple[str, bytes]] = {
    "tar.xz": ("neo4j-latest.tar.xz", lzma.compress(TAR)),
    "tar.bz2": ("neo4j-latest.tar.bz2", bz2.compress(TAR)),
    "gzip in gzip": ("neo4j-latest.tar.gz", gzip.compress(gzip.compress(TAR))),
    "bzip2 under a wrong name": ("neo4j-latest.tar.gz", bz2.compress(TAR)),
}


@pytest.mark.parametrize(("key", "content"), ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_in_another_packing_is_restored(
    key: str, content: bytes, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put(key, content)
    done = neo4j_restore("run")
    says(done, 0)
    assert is_restored(data)


ARTIFACTS: dict[str, tuple[dict[str, bytes], bytes]] = {
    "in gzip": ({"neo4j-2026-01-31T02-00-00.backup": gzip.compress(FULL)}, b"old"),
    "called .backup.gz": ({"neo4j-2026-01-31T02-00-00.backup.gz": gzip.compress(FULL)}, b"old"),
    "in a tar.gz": (
        {"neo4j-2026-01-31T02-00-00.backup.tar.gz": tar_gz({"a/neo4j.backup": FULL, "a/log": b"x"})},
        b"old",
    ),
    "a chain in a tar": ({"neo4j.tar": archives.tar_bytes({"b.backup": FULL, "a.backup": LATER})}, b"later"),
    "a chain in gzip": (
        {
            "neo4j-2026-01-31T02-00-00.backup": gzip.compress(FULL),
            "neo4j-2026-01-31T03-00-00.backup": gzip.compress(LATER),
        },
        b"later",
    ),
    "in a zip": ({"neo4j.zip": archives.zipped({"neo4j.backup": FULL}, below="x/")}, b"old"),
}


@pytest.mark.proves("packed full")
@pytest.mark.parametrize(("objects", "counts"), ARTIFACTS.values(), ids=ARTIFACTS)
def test_packed_artifacts_are_restored(
    objects: dict[str, bytes], counts: bytes, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    for key, content in objects.items():
        bucket.put(key, content)
    home = standin.install_enterprise_5(tmp_path / "home")
    done = neo4j_restore("run", NEO4J_HOME=str(home))
    says(done, 0)
    counts_file = data / "databases/neo4j/neostore.counts.db"
    assert (counts_file.read_bytes() if counts_file.exists() else b"old") == counts
    assert (data / "databases/neo4j/neostore").read_bytes() == STORE["neostore"]


def folder(version: str, database: str = "neo4j") -> dict[str, bytes]:
    """Return the files of a data folder with `database` and `system`, as people pack it."""
    files = STORE | {"neostore": archives.neostore(version)}
    return {
        **archives.data_folder(archives.store_files("system"), "system"),
        **archives.data_folder(files, database),
        "databases/store_lock": b"",
        f"databases/{database}/database_lock": b"",
        "server_id": b"x",
    }


@pytest.mark.proves("folder")
@pytest.mark.parametrize(("version", "store"), [("4.4.48", "AF4.3.0"), ("5.26.30", "aligned")])
@pytest.mark.parametrize("below", ["", "data/", "/var/lib/neo4j/data/"])
@pytest.mark.parametrize("pack", ["tar", "zip"])
def test_a_copy_of_a_data_folder_is_put_in_place(
    pack: str, below: str, version: str, store: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    if pack == "zip":
        bucket.put("neo4j.zip", archives.zipped(folder(store), below=below.lstrip("/")))
    else:
        bucket.put("neo4j-latest.tar.gz", archives.tar_gz(folder(store), below=below))
    home = standin.install_failing(tmp_path / "home", "never asked", version=version)
    done = neo4j_restore("run", NEO4J_HOME=str(home))
    says(done, 0)
    expected = archives.data_folder(STORE | {"neostore": archives.neostore(store)})
    assert archives.snapshot(data) == expected
    assert "consistent only if Neo4j was stopped" in done.stderr


@pytest.mark.parametrize(
    ("version", "store", "words"),
    [
        ("5.26.30", "AF4.3.0", "holds store files of Neo4j 4 (AF4.3.0), but this neo4j-admin has version 5.26.30"),
        ("4.4.48", "aligned", "holds store files of Neo4j 5 or later (record aligned 1.1)"),
        ("4.4.48", "v0.A.9", "holds a copy of a data folder of Neo4j 3 (v0.A.9)"),
    ],
)
def test_a_copy_of_another_versions_data_folder_is_refused_with_the_old_data_kept(
    version: str, store: str, words: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz(folder(store), below=""))
    home = standin.install_failing(tmp_path / "home", "never asked", version=version)
    done = neo4j_restore("run", NEO4J_HOME=str(home), FORCE_OVERWRITE="true", SPACE_MODE="reclaim")
    says(done, 31)
    assert archives.snapshot(data) == before
    assert words in done.stderr


def test_a_store_that_tells_no_version_is_not_put_in_place(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz(archives.data_folder(STORE), below=""))
    done = neo4j_restore("run")
    says(done, 11, "the version of its store is not known")
    assert archives.snapshot(data) == {}


STRANGERS: dict[str, tuple[bytes, int, str]] = {
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(500), 11, "a 7-Zip archive"),
    "a login page": (b"<!doctype html><title>Sign in</title>", 11, "an HTML page"),
    "gzip around an error": (
        gzip.compress(b'{"error": {"code": 403}}'),
        11,
        "around something that is a JSON document",
    ),
    "an archive in an archive": (tar_gz({"neo4j.tar.gz": tar_gz(STORE)}), 11, "holds other archives"),
    "reports": (tar_gz({"report/a.txt": b"x"}), 11, "holds no database, no dump and no backup artifact"),
    "another database": (tar_gz(archives.data_folder(STORE, "movies")), 11, "the database movies, not neo4j"),
    "another database's dump": (tar_gz({"movies.dump": dump(STORE)}), 11, "the database movies, not neo4j"),
    "a dump that is none": (gzip.compress(b"DZV1" + bytes(range(256)) * 9), 2, "do not show a backup of neo4j"),
}


@pytest.mark.parametrize(("content", "code", "words"), STRANGERS.values(), ids=STRANGERS)
def test_reclaim_deletes_nothing_for_what_is_not_a_set_of_the_database(
    content: bytes, code: int, words: str, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-latest.tar.gz", content)
    settings = {"FORCE_OVERWRITE": "true", "SPACE_MODE": "reclaim"}
    for command in ("plan", "run"):
        done = neo4j_restore(command, **settings)
        says(done, code, words)
    assert archives.snapshot(data) == before


def test_reclaim_takes_what_was_seen_to_be_right(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    archives.write_database(data, "newer")
    bucket.put("neo4j-latest.tar.gz", gzip.compress(archives.tar_gz()))
    done = neo4j_restore("run", FORCE_OVERWRITE="true", SPACE_MODE="reclaim")
    says(done, 0)
    assert is_restored(data)


def test_the_plan_tells_the_layers(neo4j_restore: Run, bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", tar_gz({"d/neo4j.dump": dump(STORE)}))
    home = standin.install_loading(tmp_path / "home", "5.26.30")
    plan = json.loads(neo4j_restore("plan", "--json", NEO4J_HOME=str(home)).stdout)
    (step,) = plan["databases"]
    assert (step["set"]["kind"], step["layers"], step["member"]) == ("dump", ["gzip", "tar", "dump"], "d/neo4j.dump")
    assert plan["need_bytes"] == sum(map(len, STORE.values()))
    assert "gzip > tar > dump" in neo4j_restore("plan", NEO4J_HOME=str(home)).stdout


def test_what_lies_behind_a_large_file_is_read_on_for(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    other = {"backups/notes.bin": bytes(range(256)) * 20_000}
    files = other | {f"backups/movies/{name}": content for name, content in STORE.items()}
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-latest.tar", archives.tar_bytes(files))
    done = neo4j_restore("run", FORCE_OVERWRITE="true", SPACE_MODE="reclaim")
    says(done, 11, "the database movies, not neo4j")
    assert archives.snapshot(data) == before
