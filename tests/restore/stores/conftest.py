"""The stores of the conformance suite, and a gateway in front of each that has a URL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.restore.stores.identifying import TOKEN
from tests.restore.stores.subjects import Amazon, Azure, Google, Local, Subject, open_with, open_writing_with
from tests.support.gateway import Gateway, gateway

from neo4j_restore.stores import Store, WritableStore

IN_THE_CLOUD: dict[str, Callable[[pytest.FixtureRequest], Subject]] = {
    "gs": lambda request: Google(request.getfixturevalue("bucket")),
    "s3": lambda request: Amazon(request.getfixturevalue("s3_bucket")),
    "azb": lambda request: Azure(request.getfixturevalue("azure_container")),
}


def made(name: str, request: pytest.FixtureRequest, folder: Path) -> Subject:
    """Return the store of that scheme, empty."""
    return Local(folder) if name == "file" else IN_THE_CLOUD[name](request)


@pytest.fixture(params=[*IN_THE_CLOUD, "file"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Subject:
    """Return each store in its turn."""
    return made(request.param, request, tmp_path)


@pytest.fixture
def store(subject: Subject) -> Iterator[Store]:
    """Return it as a restore opens it."""
    opened = open_with(subject.environment)
    yield opened
    opened.close()


@pytest.fixture
def writable(subject: Subject) -> Iterator[WritableStore]:
    """Return it as a drill opens it."""
    opened = open_writing_with(subject.environment)
    yield opened
    opened.close()


@pytest.fixture(params=list(IN_THE_CLOUD))
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Subject:
    """Return each store that is asked over HTTP."""
    return made(request.param, request, tmp_path)


@pytest.fixture
def between(remote: Subject) -> Iterator[Gateway]:
    """Run a gateway in front of `remote`."""
    with gateway(remote.environment[remote.host_variable]) as running:
        yield running


@pytest.fixture
def behind(remote: Subject, between: Gateway) -> Iterator[Store]:
    """Return the store as it is seen through the gateway."""
    opened = open_with({**remote.environment, remote.host_variable: between.host})
    yield opened
    opened.close()


@pytest.fixture
def writable_behind(remote: Subject, between: Gateway) -> Iterator[WritableStore]:
    """Return the same as a drill opens it."""
    opened = open_writing_with({**remote.environment, remote.host_variable: between.host})
    yield opened
    opened.close()


@pytest.fixture
def tell() -> Iterator[ExitStack]:
    """Keep the tellers of a test running."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def token(tmp_path: Path) -> str:
    """Return the path of a pod's token."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    return str(tmp_path / "token")
