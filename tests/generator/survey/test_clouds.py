"""A survey of each kind of store, with the operator's identity from the operator's environment."""

import pytest
from tests.generator.survey.asking import NEO4J, QUICK
from tests.restore.stores.subjects import Amazon, Azure, Google, Subject

from neo4j_scenarios.survey import Question, reach, survey

SUBJECTS = {"gs": (Google, "bucket"), "s3": (Amazon, "s3_bucket"), "azb": (Azure, "azure_container")}


@pytest.fixture(params=list(SUBJECTS))
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return each store in its turn, with a pointer whose twin has a stamp."""
    kind, fixture = SUBJECTS[request.param]
    made: Subject = kind(request.getfixturevalue(fixture))
    for name, data in {"neo4j-2026-08-21": b"old", "neo4j-2026-08-22": b"new", "neo4j-latest": b"new"}.items():
        made.put(f"{made.prefix}{name}.dump", data)
    made.environment["BUCKET"] += "/p"
    return made


def test_a_pointer_is_pinned_by_its_twin_with_its_checksum(subject: Subject) -> None:
    question = Question(reach(subject.environment), (NEO4J,), "latest")
    result = survey([question], QUICK, environment=subject.environment)
    assert not result.failures
    answer = result.answers[question]
    assert (answer.timestamp, answer.problem) == ("2026-08-22", None)
    assert answer.chosen[NEO4J].checksum
    assert answer.chosen[NEO4J].object.endswith("/neo4j-2026-08-22.dump")


def test_no_part_of_an_identity_is_in_what_is_asked(subject: Subject) -> None:
    place = reach(subject.environment)
    secrets = [text for name, text in subject.environment.items() if "KEY" in name or "SECRET" in name]
    assert not any(text in repr(place) for text in secrets)
