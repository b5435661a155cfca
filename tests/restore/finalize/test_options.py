"""The variables of finalize: what each takes, and where user and password come from."""

from pathlib import Path
from typing import Any

import pytest
from tests.docs.pages import ROOT

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.finalize import options
from neo4j_restore.finalize.login import login
from neo4j_restore.finalize.variables import VARIABLES
from neo4j_restore.variables import Variable

WRONG = {
    "BOLT_URI": [
        "graph:7687",
        "http://graph:7474",
        "bolt://anna:hush@graph:7687",
        "bolt://graph:7687/db",
        "bolt://graph:99999",
        "neo4j://[::1]:0",
    ],
    "BOLT_CA_FILE": ["ca.crt"],
    "BOLT_AUTH_FILE": ["neo4j/hush"],
    "FINALIZE_SECONDS": ["0", "soon"],
    "METADATA": ["roles"],
    "METADATA_FILE": ["script.cypher"],
    "DEFAULT_DATABASE": ["neo*"],
    "DATABASE": ["neo*"],
    "DATA_DIR": ["data"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_a_wrong_value_is_told_with_its_variable(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name}: ") as raised:
        options.from_environment({"DATABASE": "neo4j", name: text})
    assert "hush" not in f"{raised.value}{raised.value.hint}"


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError, match=r"BOLT_URI: .*; METADATA: .*; METADATA_FILE needs one database"):
        options.from_environment({"BOLT_URI": "graph", "METADATA": "all", "METADATA_FILE": "/script"})


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_the_example_of_a_variable_is_taken_and_the_readme_has_its_row(variable: Variable[Any]) -> None:
    assert options.from_environment({"DATABASE": "neo4j", variable.name: variable.example})
    assert variable.name in WRONG
    default = f" `{variable.default}` " if variable.default else " "
    row = f"| `{variable.name}` | {variable.meaning} |{default}|"
    assert row in (ROOT / "tools/restore/README.md").read_text(encoding="utf-8").splitlines()


def test_nothing_has_to_be_set_but_the_login() -> None:
    request = options.from_environment({"NEO4J_AUTH": "neo4j/hush-hush\n"})
    assert (request.server.address, request.seconds, request.databases) == ("bolt://localhost:7687", 600, ())
    assert "hush" not in repr(request)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"NEO4J_AUTH": "neo4j/a/b c"}, ("neo4j", "a/b c")),
        ({"NEO4J_AUTH": "neo4j/secret/true"}, ("neo4j", "secret")),
        ({"NEO4J_USERNAME": "anna", "NEO4J_PASSWORD": "secret", "NEO4J_AUTH": "neo4j/old"}, ("anna", "secret")),
        ({"NEO4J_PASSWORD": "secret"}, ("neo4j", "secret")),
        ({"NEO4J_AUTH": "none"}, None),
        ({}, None),
    ],
)
def test_the_variables_of_a_secret_are_a_login(environment: dict[str, str], expected: tuple[str, str] | None) -> None:
    credentials = login(None, environment)
    assert (credentials and (credentials.user, credentials.password)) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"NEO4J_AUTH": "neo4j/secret\n"}, ("neo4j", "secret")),
        ({"username": "anna", "password": "secret"}, ("anna", "secret")),
        ({"password": "secret"}, ("neo4j", "secret")),
        ({"NEO4J_USERNAME": "anna", "NEO4J_PASSWORD": "secret"}, ("anna", "secret")),
    ],
    ids=lambda value: "-".join(value),
)
def test_a_mounted_secret_is_a_login(tmp_path: Path, files: dict[str, str], expected: tuple[str, str]) -> None:
    # Kubernetes mounts links into a folder that it replaces.
    (tmp_path / "..data").mkdir()
    for name, text in files.items():
        (tmp_path / "..data" / name).write_text(text)
        (tmp_path / name).symlink_to(Path("..data") / name)
    credentials = login(tmp_path, {"NEO4J_AUTH": "neo4j/not-this"})
    assert credentials
    assert (credentials.user, credentials.password) == expected
    assert "secret" not in repr(credentials)
    assert login(tmp_path / next(iter(files)), {}) == credentials if "NEO4J_AUTH" in files else True


@pytest.mark.parametrize("content", [None, b"", b"no slash", b"/x", b"x/", b"\xff", b"x/" + b"y" * 20_000])
def test_a_file_that_is_no_login_is_told_and_not_repeated(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "auth").write_bytes(content)
    if content == b"":
        assert login(tmp_path / "auth", {}) is None
        return
    with pytest.raises(ConfigurationError) as raised:
        login(tmp_path / "auth", {})
    assert "no slash" not in str(raised.value)


def test_a_folder_without_a_login_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="has neither NEO4J_AUTH, nor username and password"):
        login(tmp_path, {})
