"""What tests write before and after a backup, and what they find of it."""

from typing import Any

from tests.real.neo4j import Neo4j

# A text that fills the store of long strings too: short ones lie in the property store itself.
_STORY = "lives at number {0} of a street whose name is far too long to be kept with the other properties of {0}"

_WRITE = """
UNWIND range(1, 1000) AS i
CREATE (:Person {id: i, name: 'p' + toString(i), story: replace($STORY, '{0}', toString(i))})
"""

BEFORE = {"people": 1000, "with all their properties": 1000, "links": 999, "later": 0}
AFTER = {**BEFORE, "later": 7}


def write_people(server: Neo4j) -> None:
    """Write a thousand linked people with short and long properties."""
    server.query(_WRITE.replace("$STORY", f"'{_STORY}'"))
    server.query("MATCH (a:Person) MATCH (b:Person) WHERE b.id = a.id + 1 CREATE (a)-[:NEXT {since: a.id}]->(b)")


def write_later(server: Neo4j) -> None:
    """Write what no backup has."""
    server.query("UNWIND range(1, 7) AS i CREATE (:Later {id: i})")


def counted(server: Neo4j, database: str = "neo4j") -> dict[str, Any]:
    """Return how much of BEFORE and AFTER is there, counted by what it says and not by its mere presence."""
    people = server.query("MATCH (p:Person) RETURN p.id AS id, p.name AS name, p.story AS story", database)
    whole = [each for each in people if each == _person(each["id"])]
    links = server.query(
        "MATCH (a:Person)-[r:NEXT]->(b:Person) WHERE r.since = a.id AND b.id = a.id + 1 RETURN count(r) AS n",
        database,
    )
    later = server.query("MATCH (n:Later) RETURN count(n) AS n", database)
    counts = len(people), len(whole), links[0]["n"], later[0]["n"]
    return dict(zip(BEFORE, counts, strict=True))


def _person(number: int | None) -> dict[str, Any]:
    return {"id": number, "name": f"p{number}", "story": _STORY.format(number)}
