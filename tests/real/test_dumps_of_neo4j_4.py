"""Community 4.4: a dump in a bucket, streamed into its neo4j-admin, becomes a running server, once."""

import pytest
from tests.real.conftest import MakePod
from tests.real.databases import Made
from tests.real.neo4j import Neo4j
from tests.real.people import AFTER, BEFORE, counted, write_later
from tests.support.stores import Bucket


@pytest.mark.proves("dump")
def test_a_wiped_volume_comes_back_and_is_restored_once(neo4j_4: Made, pod: MakePod) -> None:
    volume = pod(neo4j_4, "four", DATABASE="neo4j")
    first = volume.restore()
    assert first.code == 0, first
    with Neo4j(volume.home, volume.data) as server:
        assert server.status_of_databases() == {"neo4j": "online", "system": "online"}
        assert counted(server) == BEFORE
        write_later(server)
        assert counted(server) == AFTER

    before, receipt = volume.photograph(), volume.receipt()
    second = volume.restore()
    assert second.code == 0, second
    assert volume.photograph() == before
    assert volume.receipt() == receipt


def test_a_truncated_dump_leaves_the_volume_as_it_was(neo4j_4: Made, pod: MakePod, backups: Bucket) -> None:
    dump = (neo4j_4.backups / "neo4j.dump").read_bytes()
    backups.put("truncated-4/neo4j.dump", dump[: len(dump) // 2])
    volume = pod(neo4j_4, "truncated-4", neo4j_4.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert ended.code == 11, ended
    assert volume.photograph() == before


@pytest.mark.refuses("newer", because="Neo4j has no way back to an older version")
def test_a_dump_of_5_is_refused_as_of_a_newer_neo4j(
    neo4j_4: Made, neo4j_5: Made, pod: MakePod, backups: Bucket
) -> None:
    backups.put("of-5-for-4/neo4j.dump", (neo4j_5.backups / "neo4j.dump").read_bytes())
    volume = pod(neo4j_4, "of-5-for-4", neo4j_4.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert (ended.code, "record-aligned-1.1 (first written by Neo4j 5.0)" in ended.reason) == (31, True), ended
    assert "use an image and a server of the version that wrote it" in ended.said.partition("try: ")[2]
    assert volume.photograph() == before
    assert not volume.has_staged_files()
