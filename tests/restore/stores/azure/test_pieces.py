"""Blobs without an MD5: the service's CRC64 of each range is compared, where it tells one."""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest
from awscrt import checksums
from tests.conftest import Run
from tests.restore.stores.subjects import open_with
from tests.support import archives
from tests.support.says import says
from tests.support.servers import Quiet, serving

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.stores.azure import pieces
from neo4j_restore.transfer.download import download
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.progress import Progress

MIB = 1024 * 1024
LARGE = Random(1).randbytes(9 * MIB + 1000)  # noqa: S311 - filler

LISTING = """<EnumerationResults><Blobs><Blob><Name>{}</Name><Properties><Content-Length>{}</Content-Length>
<Last-Modified>Sat, 31 Jan 2026 02:00:00 GMT</Last-Modified><Etag>0x1</Etag></Properties></Blob></Blobs><NextMarker/>
</EnumerationResults>"""


def crc64(data: bytes) -> str:
    """Return the CRC64 of data as Azure writes it."""
    return base64.b64encode(checksums.crc64nvme(data).to_bytes(8, "little")).decode()


@dataclass
class Azure:
    """A storage account of one blob. refusal: of requests for a CRC64. 0: it tells one, and -1: it leaves it out.

    damaged: the ranges that come with a byte changed, each once. asked: the ranges that a CRC64 was asked for.
    """

    content: bytes
    name: str = "neo4j-latest.tar"
    refusal: int = 0
    damaged: set[tuple[int, int]] = field(default_factory=set)
    url: str = ""
    asked: list[tuple[int, int]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        return {"BUCKET": "azb://backups1/nightly", "ENDPOINT_URL": self.url, "AZURE_STORAGE_KEY": "aHVzaA=="}

    def body(self, start: int, end: int) -> bytes:
        part = self.content[start:end]
        if (start, end) in self.damaged:
            self.damaged.remove((start, end))
            part = part[:-1] + bytes([part[-1] ^ 1])
        return part


@contextmanager
def azure(content: bytes, refusal: int = 0) -> Iterator[Azure]:
    """Run the account until the block ends."""
    account = Azure(content, refusal=refusal)

    class Handler(Quiet):
        def do_GET(self) -> None:
            if "comp=list" in self.path:
                self.answer(200, LISTING.format(account.name, len(content)).encode())
                return
            headers = {"ETag": '"0x1"', "x_ms_blob_type": "BlockBlob"}
            match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            start, end = (int(match[1]), int(match[2]) + 1) if match else (0, len(content))
            if "x-ms-range-get-content-crc64" in self.headers:
                if account.refusal > 0 or end - start > 4 * MIB:
                    self.answer(account.refusal or 400)
                    return
                account.asked.append((start, end))
                headers |= {} if account.refusal else {"x_ms_content_crc64": crc64(content[start:end])}
            headers |= {"Content_Range": f"bytes {start}-{end - 1}/{len(content)}"} if match else {}
            body = b"" if self.command == "HEAD" else account.body(start, end)
            self.answer(206 if match else 200, body, Content_Length=str(end - start), **headers)

        do_HEAD = do_GET

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        account.url = url
        yield account


def read(account: Azure) -> tuple[bytes, tuple[str, ...]]:
    """Return the blob as it is read, and how that was verified."""
    store, terms = open_with(account.environment()), DownloadOptions(10)
    (stored,) = store.list("nightly/")
    with download(store, stored, terms, Progress("neo4j", stored.size_bytes)) as stream:
        data = stream.readall()
    store.close()
    return data, tuple(terms.evidence._ways.get(stored.key, ()))


def test_the_crc64_is_that_of_azures_own_clients() -> None:
    # What Microsoft's C++ client is tested with.
    assert crc64(b"Hello Azure!") == "DtjZpL9/o8c="
    assert pieces.crc64_of("DtjZpL9/o8c=") == checksums.crc64nvme(b"Hello Azure!").to_bytes(8, "big")
    assert pieces.crc64_of(None) is pieces.crc64_of("DtjZ") is pieces.crc64_of("?") is None


@pytest.mark.parametrize(
    "content", [LARGE, LARGE[: 4 * MIB], LARGE[:10], b""], ids=["large", "one range", "small", "none"]
)
def test_a_blob_without_md5_comes_in_ranges_whose_transfer_is_checked(content: bytes) -> None:
    with azure(content) as account:
        assert read(account) == (content, ("transport:crc64",) if content else ())
    assert [end - start for start, end in account.asked] == [
        min(4 * MIB, len(content) - start) for start in range(0, len(content), 4 * MIB)
    ]


@pytest.mark.parametrize("refusal", [400, 500, 501, -1])
def test_a_service_that_knows_no_crc64_is_read_without_it(refusal: int) -> None:
    with azure(LARGE, refusal=refusal) as account:
        assert read(account) == (LARGE, ())
    assert len(account.asked) == (1 if refusal < 0 else 0)


def test_a_range_that_came_damaged_is_told() -> None:
    with azure(LARGE) as account:
        account.damaged = {(4 * MIB, 8 * MIB)}
        with pytest.raises(
            BackupDamagedError, match=r"came damaged: .* before byte 8388608 have the CRC64 .* Azure has"
        ):
            read(account)


def test_a_set_whose_transfer_alone_is_checked_is_not_verified_and_says_so(neo4j_restore: Run, data: Path) -> None:
    tar = archives.tar_bytes({**archives.store_files(), "neostore.filler": LARGE})
    with azure(tar) as account:
        (planned,) = json.loads(neo4j_restore("plan", "--json", **account.environment()).stdout)["databases"]
        # The first look at it, and then the first range of the download.
        account.damaged = {(0, MIB), (0, 4 * MIB)}
        done = neo4j_restore("run", **account.environment())
    assert planned["verified_by"] == []
    says(done, 0)
    lines = ("Reading it once more\n", ". Trying once more, from the start", "is not verified")
    counts = [done.stderr.count(each) for each in lines]
    assert counts == [1, 1, 1], done.stderr
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert (restored["verified_by"], restored["unverified"]) == (["transport:crc64"], 1)
