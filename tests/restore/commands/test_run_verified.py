"""Sets that are encrypted, or have a checksum beside them, and bytes that come damaged once, through the command."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

import pyrage
import pytest
from tests.conftest import Run
from tests.faults import answers
from tests.faults.cases import CASES
from tests.faults.proxy import Kind, proxy
from tests.restore.commands.restored import PACKED
from tests.support import archives, standin
from tests.support.chains import CHAIN
from tests.support.says import says
from tests.support.servers import Quiet, serving
from tests.support.stores import Bucket, Emulator

KEY, OTHER = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
STORE = archives.store_files()


@pytest.fixture
def identity(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "identity"
    path.write_text(f"{KEY}\n")
    return {"AGE_IDENTITY_FILE": str(path)}


def encrypted(data: bytes) -> bytes:
    packed: bytes = pyrage.encrypt(data, [KEY.to_public()])
    return packed


@pytest.mark.parametrize("ending", [*PACKED, "zip"])
def test_an_encrypted_archive_is_restored(
    ending: str, neo4j_restore: Run, bucket: Bucket, data: Path, identity: dict[str, str]
) -> None:
    bucket.put(f"neo4j-latest.{ending}.age", encrypted(PACKED[ending] if ending in PACKED else archives.zipped(STORE)))
    done = neo4j_restore("run", **identity)
    says(done, 0)
    assert archives.snapshot(data)["databases/neo4j/neostore"] == STORE["neostore"]


def test_an_encrypted_chain_is_restored(
    neo4j_restore: Run, bucket: Bucket, data: Path, identity: dict[str, str], tmp_path: Path
) -> None:
    for key, content in CHAIN.items():
        bucket.put(f"{key}.age", encrypted(content))
    home = {"NEO4J_HOME": str(standin.install_enterprise_5(tmp_path / "enterprise"))}
    done = neo4j_restore("run", **identity, **home)
    says(done, 0)
    assert archives.snapshot(data)["databases/neo4j/neostore.counts.db"] == b"second"
    listed = json.loads(neo4j_restore("list", "--json", **identity).stdout)
    assert [each["header"]["full"] for each in listed] == [False, False, False, True]
    assert [each["header"] for each in json.loads(neo4j_restore("list", "--json").stdout)] == [None] * 4


@pytest.mark.parametrize("odd", [0, 1])
def test_each_artifact_of_an_encrypted_chain_may_be_packed_in_its_own_way(
    odd: int, neo4j_restore: Run, bucket: Bucket, data: Path, identity: dict[str, str], tmp_path: Path
) -> None:
    for number, (key, content) in enumerate(CHAIN.items()):
        bucket.put(f"{key}.age", encrypted(gzip.compress(content) if number % 2 == odd else content))
    home = {"NEO4J_HOME": str(standin.install_enterprise_5(tmp_path / "enterprise"))}
    done = neo4j_restore("run", **identity, **home)
    assert done.returncode == 0, done.stderr
    assert archives.snapshot(data)["databases/neo4j/neostore.counts.db"] == b"second"


@pytest.mark.parametrize("line", ["", str(OTHER), "no identity"], ids=["missing", "wrong", "malformed"])
def test_a_missing_or_wrong_identity_is_told_before_the_transfer(
    line: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-latest.tar.gz.age", encrypted(PACKED["tar.gz"]))
    (tmp_path / "identity").write_text(line)
    variables = {"AGE_IDENTITY_FILE": str(tmp_path / "identity")} if line else {}
    done = neo4j_restore("run", FORCE_OVERWRITE="once", **variables)
    says(done, 2)
    assert archives.snapshot(data) == before
    assert "AGE_IDENTITY_FILE" in done.stderr
    assert "from the start" not in done.stderr


def test_damage_to_an_encrypted_archive_leaves_the_data(
    neo4j_restore: Run, bucket: Bucket, data: Path, identity: dict[str, str]
) -> None:
    whole = encrypted(PACKED["tar"])
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    for damaged in (whole[:-1], whole[:70_000], whole + b"junk", whole[:80_000] + b"junk" + whole[80_004:]):
        bucket.put("neo4j-latest.tar.age", damaged)
        done = neo4j_restore("run", FORCE_OVERWRITE="once", **identity)
        says(done, 11)
        assert archives.snapshot(data) == before


@pytest.mark.parametrize("text", ["{}\n", "{}  neo4j-latest.tar\n"])
def test_a_sum_beside_an_archive_is_checked(text: str, neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar", PACKED["tar"])
    bucket.put("neo4j-latest.tar.sha256", text.format(hashlib.sha256(PACKED["tar"]).hexdigest()).encode())
    done = neo4j_restore("run")
    says(done, 0)
    assert archives.snapshot(data)["databases/neo4j/neostore"] == STORE["neostore"]


def test_another_sum_is_told_with_found_and_expected_after_one_more_try(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    actual, expected = hashlib.sha256(PACKED["tar"]).hexdigest(), hashlib.sha256(b"other").hexdigest()
    bucket.put("neo4j-latest.tar", PACKED["tar"])
    bucket.put("neo4j-latest.tar.sha256", expected.encode())
    done = neo4j_restore("run", FORCE_OVERWRITE="once")
    says(done, 11)
    assert archives.snapshot(data) == before
    assert f"its SHA-256 is {actual}, and {bucket.url}/neo4j-latest.tar.sha256 has {expected}" in done.stderr
    assert done.stderr.count("once more, from the start") == 1


def test_a_sum_of_an_artifact_in_a_chain_is_checked(neo4j_restore: Run, bucket: Bucket, tmp_path: Path) -> None:
    for key, content in CHAIN.items():
        bucket.put(key, content)
    bucket.put("neo4j-2026-01-31T02-00-00.backup.sha256", hashlib.sha256(b"other").hexdigest().encode())
    done = neo4j_restore("run", NEO4J_HOME=str(standin.install_enterprise_5(tmp_path / "enterprise")))
    says(done, 11, "T02-00-00.backup.sha256 has")


@pytest.mark.parametrize("key", ["neo4j-latest.tar.gz", "neo4j-latest.tar", "neo4j-latest.zip", "neo4j-latest.dump"])
def test_bytes_that_come_damaged_once_are_fetched_again(
    key: str, neo4j_restore: Run, emulator: Emulator, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    forms = PACKED | {"zip": archives.zipped(STORE), "dump": archives.tar_gz(STORE, below="")}
    content = forms[key.partition(".")[2]]
    bucket.put(key, content)
    if key.endswith("dump"):
        # It takes the dump as a stream, and has most of it before the damage is known.
        next(case for case in CASES if case.form == "dump").install_admin(tmp_path / "neo4j")
    with proxy(emulator.host) as on_the_way:
        neo4j_restore("plan", STORAGE_EMULATOR_HOST=on_the_way.host)
        on_the_way.meet(Kind.READ, answers.flipped(len(content) // 2), first=on_the_way.seen[Kind.READ] + 1)
        done = neo4j_restore("run", STORAGE_EMULATOR_HOST=on_the_way.host)
    says(done, 0)
    assert done.stderr.count("once more, from the start") == 1
    assert archives.snapshot(data)["databases/neo4j/neostore"] == STORE["neostore"]


def restored(data: Path) -> dict[str, object]:
    (database,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    return {name: database[name] for name in ("verified_by", "unverified")}


def in_folder(folder: Path, key: str, content: bytes) -> str:
    """Write a file, and return the URL of its folder: a store without checksums."""
    (folder / key).parent.mkdir(parents=True, exist_ok=True)
    (folder / key).write_bytes(content)
    return f"file://{folder}"


def test_a_set_that_nothing_verifies_is_restored_with_one_warning_and_the_receipt_says_so(
    neo4j_restore: Run, data: Path, tmp_path: Path
) -> None:
    url = in_folder(tmp_path / "backups", "neo4j-latest.tar", PACKED["tar"])
    (planned,) = json.loads(neo4j_restore("plan", "--json", BUCKET=url).stdout)["databases"]
    assert planned["verified_by"] == []
    assert "neo4j-latest.tar is not verified" in planned["warning"]
    done = neo4j_restore("run", BUCKET=url)
    says(done, 0)
    assert done.stderr.count("is not verified: the store has no checksum") == 1
    assert "everything is staged, neo4j not verified" in done.stderr
    assert restored(data) == {"verified_by": [], "unverified": 1}


@pytest.mark.parametrize("key", ["neo4j-latest.tar", "neo4j/neostore"])
def test_a_set_that_nothing_verifies_is_refused_before_the_download_where_a_checksum_is_required(
    key: str, neo4j_restore: Run, data: Path, tmp_path: Path
) -> None:
    if "/" in key:
        archives.write_files(tmp_path / "backups" / "neo4j", archives.store_files())
    url = in_folder(tmp_path / "backups", key, PACKED["tar"])
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    done = neo4j_restore("run", BUCKET=url, REQUIRE_CHECKSUM="true", FORCE_OVERWRITE="once")
    says(done, 11)
    assert archives.snapshot(data) == before
    (problem,) = [line for line in done.stderr.splitlines() if " is not verified" in line]
    assert f"{url}/{key.partition('/')[0]}" in problem
    assert "sha256sum" in done.stderr
    assert not re.search(r"neo4j: file://\S+, \d+ bytes", done.stderr)


@pytest.mark.parametrize("ending", ["tar.gz", "tar.sha256"])
def test_a_format_with_a_checksum_or_a_sum_beside_is_enough_where_a_checksum_is_required(
    ending: str, neo4j_restore: Run, data: Path, tmp_path: Path
) -> None:
    packed = ending.removesuffix(".sha256")
    url = in_folder(tmp_path / "backups", f"neo4j-latest.{packed}", PACKED[packed])
    way = "format:gzip"
    if packed != ending:
        way = "sha256"
        in_folder(tmp_path / "backups", f"neo4j-latest.{ending}", hashlib.sha256(PACKED[packed]).hexdigest().encode())
    done = neo4j_restore("run", BUCKET=url, REQUIRE_CHECKSUM="true")
    says(done, 0, "everything is staged and verified")
    assert restored(data) == {"verified_by": [way], "unverified": 0}


ODD = {f"ETag of {kind}": etag for kind, etag in {"parts": f"{'ab' * 16}-1", "one piece": "ab" * 16}.items()}


@pytest.mark.parametrize("etag", ODD.values(), ids=ODD)
@pytest.mark.parametrize(("required", "code"), [("false", 0), ("true", 11)])
def test_an_etag_that_is_not_a_checksum_condemns_nothing(
    etag: str, required: str, code: int, neo4j_restore: Run, data: Path
) -> None:
    with odd_s3(PACKED["tar"], etag) as url:
        done = neo4j_restore("run", REQUIRE_CHECKSUM=required, ENDPOINT_URL=url, **IN_S3)
    says(done, code, "is not verified: it does not match the ETag md5:")
    if not code:
        assert restored(data) == {"verified_by": [], "unverified": 1}


def test_a_real_checksum_of_the_store_condemns(neo4j_restore: Run) -> None:
    with odd_s3(PACKED["tar"], "ab" * 16, x_amz_checksum_crc32="AAAAAA==") as url:
        done = neo4j_restore("run", ENDPOINT_URL=url, **IN_S3)
    says(done, 11, "the store has crc32:AAAAAA==")


def test_a_guess_that_fails_is_no_warning_where_the_format_has_a_checksum(neo4j_restore: Run, data: Path) -> None:
    with odd_s3(PACKED["tar.gz"], "ab" * 16) as url:
        done = neo4j_restore("run", ENDPOINT_URL=url, **IN_S3)
    says(done, 0, "does not fit the bytes, but format:gzip verified them", unsaid="warning")
    assert restored(data) == {"verified_by": ["format:gzip"], "unverified": 0}


IN_S3 = {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}

LISTING = """<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>neo4j-latest.tar</Key>
<LastModified>2026-01-31T02:00:00.000Z</LastModified><ETag>"{}"</ETag><Size>{}</Size></Contents></ListBucketResult>"""


@contextmanager
def odd_s3(content: bytes, etag: str, **checksums: str) -> Iterator[str]:
    """Run an S3 of one object, with an ETag of the store's. checksums: more headers of the object."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            if "list-type" in self.path:
                self.answer(200, LISTING.format(etag, len(content)).encode())
                return
            headers = {"ETag": f'"{etag}"', **checksums}
            if match := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
                start, end = int(match[1]), int(match[2]) + 1
                self.answer(206, content[start:end], Content_Range=f"bytes {start}-{end - 1}/{len(content)}", **headers)
                return
            self.answer(200, content, Content_Length=str(len(content)), **headers)

        do_HEAD = do_GET

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url
