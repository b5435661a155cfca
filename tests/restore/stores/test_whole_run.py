"""The whole command on every emulated store: what it restores, and what it says when it can't."""

from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.stores.subjects import Subject
from tests.support import archives
from tests.support.azurite import ACCOUNT, KEY, AzureContainer
from tests.support.gateway import Gateway
from tests.support.says import says
from tests.support.versitygw import ROOT, S3Bucket

from neo4j_restore.volume import receipt


def place(remote: Subject) -> dict[str, str]:
    """Return the environment of a restore of what a test put below `remote.prefix`."""
    return {**remote.environment, "BUCKET": f"{remote.environment['BUCKET']}/p"}


def expected() -> dict[str, bytes]:
    """Return the store files that a restored database has on the volume."""
    return {f"databases/neo4j/{name}": data for name, data in archives.store_files().items() if "trans" not in name}


def test_an_archive_is_restored_and_the_receipt_tells_its_checksum(
    remote: Subject, neo4j_restore: Run, data: Path
) -> None:
    remote.put(f"{remote.prefix}neo4j-2026-01-31T02:00:00.backup.tar.gz", archives.tar_gz())
    done = neo4j_restore("run", **place(remote))
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()
    (restored,) = receipt.read(data / ".neo4j-restore").last["restored"]
    assert restored["object"].startswith(f"{place(remote)['BUCKET']}/neo4j-2026-01-31")
    assert (bool(restored["generation"]), bool(restored["checksum"])) == (True, True)


def test_a_raw_directory_is_restored(remote: Subject, neo4j_restore: Run, data: Path) -> None:
    for name, content in archives.store_files().items():
        remote.put(f"{remote.prefix}neo4j/{name}", content)
    done = neo4j_restore("run", **place(remote))
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()


def test_a_bucket_that_is_not_there_ends_with_its_name(remote: Subject, neo4j_restore: Run, data: Path) -> None:
    done = neo4j_restore("run", **{**remote.environment, "BUCKET": remote.elsewhere})
    says(done, 20, "nowhere")
    assert archives.snapshot(data) == {}


@pytest.mark.parametrize("command", ["plan", "list"])
def test_what_is_there_is_listed(remote: Subject, neo4j_restore: Run, command: str) -> None:
    remote.put(f"{remote.prefix}neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore(command, **place(remote))
    says(done, 0, printed="neo4j-latest.tar.gz")


def test_the_labs_chart_s_settings_for_azure_still_restore(
    azure_container: AzureContainer, neo4j_restore: Run, data: Path, tmp_path: Path
) -> None:
    azure_container.put("testy/neo4j/neo4j-latest.tar.gz", archives.tar_gz())
    (tmp_path / "credentials").write_text(f"export ACCOUNT_NAME={ACCOUNT}\nexport ACCOUNT_KEY={KEY}\n")
    done = neo4j_restore(
        "run",
        BUCKET=f"{azure_container.name}/testy/",
        CLOUD_PROVIDER="azure",
        CREDENTIALS_FILE=str(tmp_path / "credentials"),
        ENDPOINT_URL=azure_container.host,
    )
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()


def test_the_official_chart_s_settings_for_aws_still_restore(
    s3_bucket: S3Bucket, neo4j_restore: Run, data: Path, tmp_path: Path
) -> None:
    s3_bucket.put("neo4j/neo4j-latest.tar.gz", archives.tar_gz())
    lines = (
        "[ default ]",
        "region = us-east-1",
        f"aws_access_key_id = {ROOT[0]}",
        f"aws_secret_access_key = {ROOT[1]}",
    )
    (tmp_path / "credentials").write_text("\n".join(lines))
    done = neo4j_restore(
        "run",
        BUCKET=s3_bucket.name,
        CLOUD_PROVIDER="aws",
        CREDENTIALS_FILE=str(tmp_path / "credentials"),
        ENDPOINT_URL=s3_bucket.host,
    )
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()
    assert ROOT[1] not in done.stderr


@pytest.mark.parametrize("command", ["run", "plan", "list"])
def test_only_bytes_and_listings_are_asked_for_and_nothing_is_ever_written(
    remote: Subject, between: Gateway, neo4j_restore: Run, command: str
) -> None:
    remote.put(f"{remote.prefix}neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore(command, **{**place(remote), remote.host_variable: between.host})
    says(done, 0)
    assert {each.partition(" ")[0] for each in between.seen} <= {"GET", "HEAD"}
    assert between.seen
