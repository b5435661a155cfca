"""What `validate` refuses of an environment is what the image refuses, and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from neo4j_restore import spec
from neo4j_restore.errors import RestoreError
from neo4j_restore.settings import from_environment
from neo4j_scenarios.checking.contract import KNOWN, complaints

_WORDS = ["", " ", "true", "TRUE", "false", "once", "never", "keep", "reclaim", "fail", "start-empty", "json", "text"]
_PLACES = ["gs://graph-backups/a", "graph-backups", "file:///backups", "gs://", "gcp", "aws", "s4://b", "a/../b"]
_NAMES = ["neo4j,system", "neo4j,neo4j", "Neo4j", "neo4j,Neo4j", "SYSTEM", "Systems"]
_OTHERS = ["latest", "2026-01-31T02:00:00Z", "2026-02-30T02:00:00Z", "0", "1.5"]
_CLOUDS = ["s3://graph-backups", "azb://account/backups", "azure", "eu-central-1", "64", "65", "graph-project", "Graph"]
_PATHS = ["/data", "data", "/a/../b", "512m", "0m", "http://gcs:9023", "ftp://gcs", "incident-42", "a b"]

_texts = st.sampled_from([*_WORDS, *_PLACES, *_NAMES, *_OTHERS, *_CLOUDS, *_PATHS]) | st.text(
    st.characters(codec="ascii"), max_size=8
)


@settings(deadline=None, max_examples=600)
@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), _texts), st.booleans())
def test_validate_and_the_image_draw_the_same_line(drawn: dict[str, str], least: bool) -> None:
    environment = {"BUCKET": "gs://graph-backups", "DATABASE": "neo4j", **drawn} if least else drawn
    assert (list(complaints(environment)) == []) == taken(environment)


def test_the_rules_are_of_variables_of_the_contract() -> None:
    assert {variable.name for variable in spec.VARIABLES} >= KNOWN


def taken(environment: dict[str, str]) -> bool:
    """Return whether the image takes an environment."""
    try:
        from_environment(environment)
    except RestoreError:
        return False
    return True
