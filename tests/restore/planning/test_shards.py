"""Sharded property databases are recognised, and refused with the way to restore them."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import standin
from tests.support.says import says

from neo4j_restore import spec
from neo4j_restore.planning import shards

FAMILY = ["p/foo-g000-2026-08-01T02-00-00.backup", *(f"p/foo-p00{n}-2026-08-01T02-00-0{n}.backup" for n in range(3))]


@pytest.mark.parametrize("database", ["foo", "foo-g000", "foo-p002"])
def test_a_family_is_known_by_its_graph_shard_and_its_property_shards(database: str) -> None:
    family = shards.find(FAMILY, spec.DatabaseName(database))
    assert family
    assert (family.name, family.shards, family.folder) == ("foo", ("g000", "p000", "p001", "p002"), "p")


@pytest.mark.parametrize(
    ("keys", "database"),
    [
        (FAMILY[:1], "foo"),
        (FAMILY[1:], "foo"),
        (FAMILY, "fo"),
        (FAMILY, "other"),
        (["foo-g000.tar.gz", "foo-p000.tar.gz"], "foo"),
        (["foo-g000-x/foo-2026-08-01.backup", "foo-p000-x/foo-2026-08-01.backup"], "foo"),
    ],
)
def test_other_names_are_no_family(keys: list[str], database: str) -> None:
    assert shards.find(keys, spec.DatabaseName(database)) is None


@pytest.mark.refuses("shards", because="A running Enterprise server restores it, by one `CREATE DATABASE`")
@pytest.mark.parametrize(("database", "said"), [("foo", "foo is a sharded"), ("foo-p002", "a shard of foo")])
def test_a_sharded_database_is_refused_with_the_statement_that_restores_it(
    database: str, said: str, neo4j_restore: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    (folder / "p").mkdir(parents=True)
    for key in FAMILY:
        (folder / key).write_bytes(b"BTV1")
    home = str(standin.install_enterprise_5(tmp_path / "home", "2026.08.1"))
    asked = {"BUCKET": f"file://{folder}/p", "DATABASE": database, "ON_MISSING": "start-empty"}
    done = neo4j_restore("run", NEO4J_HOME=home, **asked)
    says(done, 2)
    reason = json.loads((tmp_path / "reason").read_text())
    assert said in reason["message"]
    assert "CREATE DATABASE `foo` SET GRAPH SHARD" in reason["hint"]
    assert "COUNT 3" in reason["hint"]
    assert f"seedURI: 'file://{folder}/p/'" in reason["hint"]
