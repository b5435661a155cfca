"""The forms of the chart's values draw the same line as the image's rules, so a bad value fails before a pod starts."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.chart.helm import CHART

from neo4j_restore import rules
from neo4j_restore.buckets import parse_bucket
from neo4j_restore.databases import parse_database
from neo4j_restore.drill.variables import METRICS_FILE, PUSHGATEWAY_URL
from neo4j_restore.finalize.variables import BOLT_URI
from neo4j_restore.rules import Invalid
from neo4j_restore.timestamps import parse_timestamp
from neo4j_restore.until import parse_until
from neo4j_scenarios.charts.forms import read_forms

FORMS = read_forms((CHART / "forms.yaml").read_text(encoding="utf-8"))

# What a text is changed to: all that a rule of the image mentions.
SIGNS = "aZ09-_./:@?#=,$+[]~ é"


def takes(rule: Callable[[str], object], text: str) -> bool:
    """Return whether a rule of the image takes a text."""
    try:
        rule(text)
    except Invalid:
        return False
    return True


def has_scheme(text: str) -> bool:
    """Return whether the image reads the text without CLOUD_PROVIDER."""
    return "://" in text


def fits(key: str, text: str) -> bool:
    """Return whether the chart takes a text as the value of a key."""
    value: object = text
    for step in reversed(key.split(".")):
        value = {step.removesuffix("[]"): [value] if step.endswith("[]") else value}
    return not FORMS.complaints(value)


@dataclass(frozen=True)
class Pair:
    """A rule of the image, texts that it takes, and the texts about which it and the form must agree."""

    rule: Callable[[str], object]
    examples: tuple[str, ...]
    agree: Callable[[str], bool] = lambda _: True


URLS = ("https://minio.example.org:9000/x", "http://[::1]:9000", "http://gcs:9023")

PAIRS = {
    "restore.bucket": Pair(
        parse_bucket,
        (
            *("gs://bucket/a/b", "s3://Bucket.1/path", "azb://account/container/path", "file:///a/b"),
            "s3://arn:aws:s3:eu-central-1:123456789012:accesspoint/name/path",
        ),
        # An account without a container has a message of its own.
        lambda text: has_scheme(text) and not (text.startswith("azb://") and "/" not in text[6:].strip("/")),
    ),
    # A time that does not exist, such as February 30, is a rule of the template: the test below.
    "restore.timestamp": Pair(
        parse_timestamp,
        ("latest", "2026-01-31T02-00-00", "neo4j-2026.01"),
        lambda text: not takes(parse_timestamp, text) or not parse_timestamp(text).moment,
    ),
    "restore.restoreUntil": Pair(parse_until, ("12345", "4"), str.isdecimal),
    "restore.backupSetDir": Pair(rules.folder, ("backups/neo4j", "./a", "a/..b")),
    "restore.restoreId": Pair(rules.RESTORE_ID, ("incident-4711",)),
    "restore.endpointUrl": Pair(rules.url, URLS),
    "restore.emulatorHost": Pair(rules.url, URLS),
    "restore.heapSize": Pair(rules.HEAP_SIZE, ("512m",)),
    "restore.region": Pair(rules.REGION, ("eu-central-1",)),
    "finalize.boltUri": Pair(BOLT_URI.rule, ("bolt://graph:7687", "neo4j+s://[::1]:7687/")),
    "finalize.defaultDatabase": Pair(parse_database, ("neo4j",), lambda text: not text.lower().startswith("system")),
    "drill.assertions[].database": Pair(
        parse_database, ("movies.2",), lambda text: not text.lower().startswith("system")
    ),
    "drill.pushgatewayUrl": Pair(PUSHGATEWAY_URL.rule, URLS),
    "drill.metricsFile": Pair(METRICS_FILE.rule, ("/metrics/drill.prom", "/a/..b")),
}


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a key, and a text that the image takes for it with up to three changes."""
    key = draw(st.sampled_from(sorted(PAIRS)))
    text = draw(st.sampled_from(PAIRS[key].examples))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        text = (
            text[:place] + draw(st.text(st.sampled_from(SIGNS), max_size=2)) + text[place + draw(st.integers(0, 2)) :]
        )
    return key, text


@settings(deadline=None, max_examples=1500)
@example(("restore.bucket", "gs://ab"))
@example(("restore.bucket", "azb://account/c"))
@example(("restore.bucket", "s3://bucket/../other"))
@example(("restore.bucket", "gs://bucket/a:b@c"))
@example(("restore.endpointUrl", "http://minio:0"))
@example(("restore.endpointUrl", "http://minio:65535"))
@example(("restore.endpointUrl", "http://minio:65536"))
@example(("restore.endpointUrl", "http://["))
@example(("restore.backupSetDir", "."))
@given(changed())
def test_a_form_takes_what_the_image_takes_and_nothing_else(drawn: tuple[str, str]) -> None:
    key, text = drawn
    # The image takes texts without the blanks around them, and an empty one for a variable that is not set.
    if text and text == text.strip() and PAIRS[key].agree(text):
        assert fits(key, text) == takes(PAIRS[key].rule, text)
