"""An emulated S3: versitygw in a process of its own, and buckets that boto3 fills."""

import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from tests.support.servers import free_port, wait_until_it_listens

_INSTALL = Path(__file__).parents[2] / "tools" / "stores" / "install"

ROOT = ("rootkey", "hush-root-secret")
# May do nothing in buckets that are not its own.
STRANGER = ("strangerkey", "hush-stranger-secret")

# `bucket.` before it names a bucket; no name server knows it.
VIRTUAL_DOMAIN = "s3.test"


@dataclass(frozen=True)
class S3Bucket:
    """One emulated bucket. `client` is boto3's, and does all that an owner may."""

    name: str
    host: str
    client: Any

    @property
    def url(self) -> str:
        """Return it as BUCKET takes it."""
        return f"s3://{self.name}"

    def environment(self, key: tuple[str, str] = ROOT) -> dict[str, str]:
        """Return the variables by which neo4j-restore reaches it."""
        return {
            "BUCKET": self.url,
            "ENDPOINT_URL": self.host,
            "AWS_ACCESS_KEY_ID": key[0],
            "AWS_SECRET_ACCESS_KEY": key[1],
        }

    def put(self, key: str, data: bytes, **headers: Any) -> None:
        """Store an object, or replace it."""
        self.client.put_object(Bucket=self.name, Key=key, Body=data, **headers)

    def put_in_parts(self, key: str, parts: list[bytes], algorithm: str = "", kind: str = "") -> None:
        """Store an object as tools store large ones. Each part except the last has at least 5 MiB."""
        which: dict[str, Any] = {"Bucket": self.name, "Key": key}
        checksum = {"ChecksumAlgorithm": algorithm} if algorithm else {}
        begun = self.client.create_multipart_upload(**which, **checksum, **({"ChecksumType": kind} if kind else {}))
        which["UploadId"] = begun["UploadId"]
        done = []
        for number, part in enumerate(parts, 1):
            sent = self.client.upload_part(**which, PartNumber=number, Body=part, **checksum)
            checksum_of_part = {name: sent[name] for name in (f"Checksum{algorithm}",) if algorithm and name in sent}
            done.append({"PartNumber": number, "ETag": sent["ETag"], **checksum_of_part})
        self.client.complete_multipart_upload(**which, MultipartUpload={"Parts": done})

    def versioned(self) -> None:
        """Let the bucket keep what is replaced."""
        self.client.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})


@dataclass(frozen=True)
class S3:
    """A running versitygw. `host` is its URL, for ENDPOINT_URL."""

    host: str

    def bucket(self) -> S3Bucket:
        """Make a bucket."""
        client = boto3.client(
            "s3",
            endpoint_url=self.host,
            region_name="us-east-1",
            aws_access_key_id=ROOT[0],
            aws_secret_access_key=ROOT[1],
            # An object has the checksum that a test asks for, or none.
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )
        name = f"backups-{uuid.uuid4().hex[:12]}"
        client.create_bucket(Bucket=name)
        return S3Bucket(name, self.host, client)


@contextmanager
def s3() -> Iterator[S3]:
    """Run an S3 on a free loopback port until the block ends."""
    program = subprocess.run([_INSTALL, "versitygw"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="versitygw-") as folder:
        top = Path(folder)
        for name in ("buckets", "versions", "users"):
            (top / name).mkdir()
        process = subprocess.Popen(
            [
                *(program, "--access", ROOT[0], "--secret", ROOT[1], "--port", f"127.0.0.1:{port}", "--quiet"),
                *("--iam-dir", str(top / "users"), "--keep-alive"),
                *("--virtual-domain", VIRTUAL_DOMAIN),
                *("posix", "--versioning-dir", str(top / "versions"), str(top / "buckets")),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            host = f"http://127.0.0.1:{port}"
            wait_until_it_listens(port, process)
            subprocess.run(
                [
                    *(program, "admin", "--access", ROOT[0], "--secret", ROOT[1], "--endpoint-url", host),
                    *("create-user", "--access", STRANGER[0], "--secret", STRANGER[1], "--role", "user"),
                ],
                stdout=subprocess.DEVNULL,
                check=True,
            )
            yield S3(host)
        finally:
            process.terminate()
            process.wait()
