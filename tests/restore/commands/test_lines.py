"""Each line of Neo4j gets its own commands, with their own arguments. Stand-ins for what can't be had check them."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, artifacts, standin
from tests.support.chains import CHAIN, FULL, STORE, backup
from tests.support.says import says
from tests.support.stores import Bucket

BEFORE_5 = ["3.5.35", "4.0.12", "4.1.12", "4.2.19", "4.3.23", "4.4.48"]


def restored(data: Path) -> dict[str, object]:
    """Return what the receipt says of the one database."""
    (only,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    return dict(only)


@pytest.mark.proves("archive", "directory")
@pytest.mark.parametrize("version", BEFORE_5)
def test_a_backup_directory_is_restored_by_each_line_that_makes_them(
    version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    home = standin.install(tmp_path / "home", version)
    bucket.put("packed/neo4j-latest.tar.gz", archives.tar_gz())
    for name, content in archives.store_files("loose").items():
        bucket.put(f"loose/neo4j/{name}", content)
    for folder, kind in (("packed", "archive"), ("loose", "directory")):
        done = neo4j_restore("run", BUCKET=f"{bucket.url}/{folder}", NEO4J_HOME=str(home), FORCE_OVERWRITE="true")
        says(done, 0)
        assert restored(data)["kind"] == kind
    assert archives.snapshot(data)["databases/neo4j/neostore"] == archives.store_files("loose")["neostore"]


@pytest.mark.proves("dump")
@pytest.mark.parametrize("version", ["4.4.48", "5.0.0", "5.19.0", "5.26.30", "2025.02.0", "2026.08.1"])
def test_a_dump_is_loaded_by_enterprise_too(
    version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    home = standin.install_loading(tmp_path / "home", version)
    archives.write_files(home / "lib", {f"neo4j-enterprise-kernel-{version}.jar": b""})
    bucket.put("neo4j.dump", artifacts.dump(STORE, b"" if version.startswith("4.") else b"DZV1"))
    says(neo4j_restore("run", NEO4J_HOME=str(home)), 0)
    assert restored(data)["kind"] == "dump"


@pytest.mark.proves("block")
@pytest.mark.parametrize("version", ["5.14.0", "5.26.30", "2026.08.1"])
def test_enterprise_restores_the_block_format(
    version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    home = standin.install_enterprise_5(tmp_path / "home", version)
    files = {"block.metadata.db": b"b" * 4000, "block.x1.db": b"x" * 4000, "neostore.transaction.db.0": b"log"}
    bucket.put("neo4j-2026-01-31T02-00-00.backup", backup(files, storage="block", store_format="block"))
    says(neo4j_restore("run", NEO4J_HOME=str(home)), 0)
    assert archives.snapshot(data)["databases/neo4j/block.metadata.db"] == files["block.metadata.db"]


@pytest.mark.proves("system")
@pytest.mark.parametrize("version", ["5.0.0", "5.26.30", "2026.08.1"])
def test_enterprise_restores_system_together_with_the_chains_of_others(
    version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    home = standin.install_enterprise_5(tmp_path / "home", version)
    for key, content in CHAIN.items():
        bucket.put(key, content)
    bucket.put("system-2026-01-31T04-00-00.backup", backup(archives.store_files("users"), database="system"))
    done = neo4j_restore("run", DATABASE="neo4j,system", NEO4J_HOME=str(home))
    says(done, 0)
    after = archives.snapshot(data)
    assert after["databases/neo4j/neostore.counts.db"] == b"second"
    assert after["databases/system/neostore"] == archives.store_files("users")["neostore"]


@pytest.mark.refuses("full", because="A backup of Neo4j 5 or later needs Neo4j 5 or later")
@pytest.mark.refuses("chain", because="A backup of Neo4j 5 or later needs Neo4j 5 or later")
@pytest.mark.parametrize("version", BEFORE_5)
def test_no_line_before_5_is_given_a_backup_of_5(
    version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    bucket.put("neo4j-2026-01-31T02-00-00.backup", FULL)
    done = neo4j_restore("run", NEO4J_HOME=str(standin.install(tmp_path / "home", version)))
    says(done, 31, "is a backup of Neo4j 5 or later", "use an image of the version that wrote it, or of a later one")
    assert archives.snapshot(data) == {}
