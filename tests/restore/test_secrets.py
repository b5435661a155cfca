"""Each secret goes through each path by which foreign text reaches the log, and comes out at none of them."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.says import says
from tests.support.servers import Reply, Scripted, scripted

# By the name of the variable: its value, and what of it is secret.
ENVIRONMENT = {
    "AWS_SECRET_ACCESS_KEY": ("Secret/of+aws.1", "Secret/of+aws.1"),
    "AWS_SESSION_TOKEN": ("session-token-of-aws", "session-token-of-aws"),
    "AZURE_STORAGE_KEY": ("a2V5LW9mLWF6dXJl", "a2V5LW9mLWF6dXJl"),
    "AZURE_STORAGE_SAS_TOKEN": ("sv=1&sp=rl&sig=signed%2Bby%3D", "signed%2Bby%3D"),
    "AZURE_CLIENT_SECRET": ("client~secret~of~azure", "client~secret~of~azure"),
    "HTTPS_PROXY": ("http://me:proxy%21password@127.0.0.1:9", "proxy!password"),
    "NEO4J_AUTH": ("neo4j/server-password", "server-password"),
    "VAULT_TOKEN": ("some-other-token", "some-other-token"),
}
VALUES = {name: value for name, (value, _) in ENVIRONMENT.items()}
SECRETS = {name: secret for name, (_, secret) in ENVIRONMENT.items()}
ALL = " ".join(SECRETS.values())

OF_S3 = {"BUCKET": "s3://bucket/p", "AWS_ACCESS_KEY_ID": "AKIA1"}
OF_AZURE = {"BUCKET": "azb://account/container", "AZURE_CLIENT_ID": "client", "AZURE_TENANT_ID": "tenant"}


@pytest.fixture(params=["text", "json"])
def log_format(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def leaks(tmp_path: Path) -> Callable[..., list[str]]:
    """Return a function that names what of `secrets` stands in a command's output, or in the termination message."""

    def leaked(done: subprocess.CompletedProcess[str], secrets: dict[str, str]) -> list[str]:
        said = "\n".join([done.stdout, done.stderr, (tmp_path / "reason").read_text()])
        ways: tuple[Callable[[str], str], ...] = (str, quote, json.dumps)
        return [name for name, secret in secrets.items() for way in ways if way(secret).strip('"') in said]

    return leaked


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted(Reply(500)) as running:
        yield running


def local(tmp_path: Path, name: str = "neo4j-latest.tar.gz", content: bytes = b"") -> dict[str, str]:
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / name).write_bytes(content or archives.tar_gz())
    return {**VALUES, "BUCKET": f"file://{tmp_path}/backups"}


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("command", ["--version", "restore"])
def test_neo4j_admin(
    command: str, stream: str, log_format: str, neo4j_restore: Run, tmp_path: Path, leaks: Callable[..., list[str]]
) -> None:
    (tmp_path / "said").write_text("\n".join(["it said:", *SECRETS.values(), "no more\x1b[2J"]))
    home = standin.install_failing(tmp_path / "failing", "")
    script = home / "bin/neo4j-admin"
    line = f'[ "$1" = {command} ] && {{ cat {tmp_path}/said {">&2" if stream == "stderr" else ""}; exit 1; }}'
    lines = script.read_text().splitlines()
    script.write_text("\n".join([lines[0], line, *lines[1:]]) + "\n")
    done = neo4j_restore("run", **local(tmp_path), LOG_FORMAT=log_format, NEO4J_HOME=str(home))
    says(done, 30, "no more", unsaid="\x1b")
    assert leaks(done, SECRETS) == []


def test_a_name_in_an_archive(
    log_format: str, neo4j_restore: Run, tmp_path: Path, leaks: Callable[..., list[str]]
) -> None:
    archive = archives.tar_gz({**archives.store_files(), f"../../../../{ALL}": b""})
    done = neo4j_restore("run", **local(tmp_path, content=archive), LOG_FORMAT=log_format)
    says(done, 11, "[secret]")
    assert leaks(done, SECRETS) == []


@pytest.mark.parametrize("argv", [["list"], ["list", "--json"], ["plan"], ["plan", "--json"], ["run"]], ids="-".join)
def test_a_name_in_a_listing(
    argv: list[str], log_format: str, neo4j_restore: Run, tmp_path: Path, leaks: Callable[..., list[str]]
) -> None:
    name = "neo4j-2026-01-31T02-00-00.session-token-of-aws\x1b[2J.tar.gz"
    done = neo4j_restore(*argv, **local(tmp_path, name), LOG_FORMAT=log_format, TIMESTAMP="")
    assert ("\x1b" in done.stdout + done.stderr, leaks(done, SECRETS)) == (False, [])


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("status", [400, 403, 503])
def test_a_page_of_a_store(
    status: int, name: str, neo4j_restore: Run, server: Scripted, leaks: Callable[..., list[str]]
) -> None:
    page = f"<Error><Code>Odd</Code><Message>no {SECRETS[name]} here</Message></Error>".replace("&", "&amp;")
    server.replies = [Reply(status, page.encode())]
    done = neo4j_restore("run", **VALUES, **OF_S3, ENDPOINT_URL=server.host, RETRY_SECONDS="0")
    says(done, 20, "no [secret] here")
    assert leaks(done, SECRETS) == []


# With a key or a SAS token nobody is asked.
@pytest.mark.parametrize("name", [name for name in SECRETS if not name.startswith("AZURE_STORAGE")])
def test_an_answer_of_who_tells_identities(
    name: str, neo4j_restore: Run, server: Scripted, leaks: Callable[..., list[str]]
) -> None:
    answer = {"error": "odd", "error_description": f"AADSTS1: no {SECRETS[name]} here"}
    server.replies = [Reply(401, json.dumps(answer).encode())]
    values = {each: value for each, value in VALUES.items() if not each.startswith("AZURE_STORAGE")}
    done = neo4j_restore("run", **values, **OF_AZURE, AZURE_AUTHORITY_HOST=server.host, RETRY_SECONDS="0")
    says(done, 20, "no [secret] here")
    assert leaks(done, SECRETS) == []


def test_a_proxy_that_does_not_answer(log_format: str, neo4j_restore: Run, leaks: Callable[..., list[str]]) -> None:
    env = {**VALUES, **OF_S3, "ENDPOINT_URL": "https://s3.test", "RETRY_SECONDS": "0", "LOG_FORMAT": log_format}
    done = neo4j_restore("run", **env)
    says(done, 20)
    assert leaks(done, SECRETS) == []


def test_a_proxy_that_refuses(neo4j_restore: Run, server: Scripted, leaks: Callable[..., list[str]]) -> None:
    server.replies = [Reply(407, f"<Error><Code>Odd</Code><Message>{ALL}</Message></Error>".encode())]
    proxy = VALUES["HTTPS_PROXY"].replace("127.0.0.1:9", server.host.removeprefix("http://"))
    env = {**VALUES, **OF_S3, "ENDPOINT_URL": "http://s3.test", "RETRY_SECONDS": "0", "HTTP_PROXY": proxy}
    done = neo4j_restore("run", **env)
    says(done, 20, "407")
    assert leaks(done, SECRETS) == []


_BUG = """
import sys
from neo4j_restore import __main__, restore
def fail(*_):
    try:
        raise ValueError(sys.argv[1])
    except ValueError as error:
        raise RuntimeError("first\\n" + sys.argv[1]) from error
restore.run = fail
__main__.main(["run"])
"""


def test_the_text_of_an_exception_that_is_our_bug(
    log_format: str, data: Path, tmp_path: Path, leaks: Callable[..., list[str]]
) -> None:
    (tmp_path / "reason").touch()
    ours = {"BUCKET": "gs://backups", "DATABASE": "neo4j", "DATA_DIR": str(data), "LOG_FORMAT": log_format}
    env = {**VALUES, **ours, "TERMINATION_LOG": str(tmp_path / "reason")}
    done = subprocess.run([sys.executable, "-c", _BUG, ALL], env=env, capture_output=True, text=True, check=False)
    says(done, 70, "Traceback", "ValueError: [secret]")
    assert json.loads((tmp_path / "reason").read_text())["code"] == 70
    assert leaks(done, SECRETS) == []


def sse(folder: Path) -> dict[str, str]:
    (folder / "key").write_text("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    return {**OF_S3, "AWS_SECRET_ACCESS_KEY": "Secret/of+aws.1", "ENCRYPTION_KEY_FILE": str(folder / "key")}


def file_of_aws(folder: Path) -> dict[str, str]:
    (folder / "key").write_text("[default]\naws_access_key_id=AKIA1\naws_secret_access_key=secret-in-a-file\n")
    return {"BUCKET": "s3://bucket", "CREDENTIALS_FILE": str(folder / "key")}


def token_of_the_pod(folder: Path) -> dict[str, str]:
    (folder / "key").write_text("token-of-the-pod\n")
    return {**OF_AZURE, "AZURE_FEDERATED_TOKEN_FILE": str(folder / "key")}


def token_for_sts(folder: Path) -> dict[str, str]:
    (folder / "key").write_text("token-of-the-pod\n")
    return {"BUCKET": "s3://bucket", "AWS_ROLE_ARN": "arn:r", "AWS_WEB_IDENTITY_TOKEN_FILE": str(folder / "key")}


FILES = {
    "a customer's key": (sse, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
    "a credentials file": (file_of_aws, "secret-in-a-file"),
    "a pod's token, to Entra": (token_of_the_pod, "token-of-the-pod"),
    "a pod's token, to STS": (token_for_sts, "token-of-the-pod"),
}


@pytest.mark.parametrize(("given", "secret"), FILES.values(), ids=FILES)
def test_what_is_learned_from_files_is_hidden_as_well(
    given: Callable[[Path], dict[str, str]],
    secret: str,
    neo4j_restore: Run,
    server: Scripted,
    tmp_path: Path,
    leaks: Callable[..., list[str]],
) -> None:
    settings = given(tmp_path)
    page = f"<Error><Code>Odd</Code><Message>no {secret} here</Message></Error>"
    if "azb" in settings["BUCKET"]:
        page = json.dumps({"error_description": f"AADSTS1: no {secret} here"})
    server.replies = [Reply(403, page.encode())]
    hosts = {"ENDPOINT_URL": server.host, "AZURE_AUTHORITY_HOST": server.host, "AWS_ENDPOINT_URL_STS": server.host}
    done = neo4j_restore("run", **settings, **hosts, RETRY_SECONDS="0")
    says(done, 20, "no [secret] here")
    assert leaks(done, {"it": secret}) == []


def test_a_token_that_was_fetched_is_hidden_as_well(
    neo4j_restore: Run, server: Scripted, leaks: Callable[..., list[str]]
) -> None:
    key = {"AccessKeyId": "A", "SecretAccessKey": "fetched-secret", "Token": "fetched-token"}
    answer = json.dumps({**key, "Expiration": "2099-01-01T00:00:00Z"})
    page = "<Error><Code>Odd</Code><Message>no fetched-secret or fetched-token here</Message></Error>"
    server.replies = [Reply(200, answer.encode()), Reply(403, page.encode())]
    env = {"BUCKET": "s3://bucket", "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.host}/role"}
    done = neo4j_restore("run", **env, ENDPOINT_URL=server.host, RETRY_SECONDS="0")
    says(done, 20, "no [secret] or [secret] here")
    assert leaks(done, {"secret": "fetched-secret", "token": "fetched-token"}) == []
