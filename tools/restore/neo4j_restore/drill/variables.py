"""The variables of `drill`, beside those of `finalize` for the server. Light: `--help` of any command lists them."""

from typing import Any, Final

from neo4j_restore import rules
from neo4j_restore.drill.assertions import parse_assertions
from neo4j_restore.rules import Matching
from neo4j_restore.variables import Content, Variable

# It becomes a label of the metrics, and the name of an object.
_NAME: Final = Matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", "a name (letters, digits and '._-', 200 at most)")

DRILL_ASSERTIONS: Final = Variable(
    "DRILL_ASSERTIONS",
    "what has to hold of the restored data, as a JSON list: `query`, `expect` and `database` of each. `expect` is a "
    "value, `nonEmpty`, or a map with `atLeast` and `atMost`",
    parse_assertions,
    "[]",
    example='[{"query": "MATCH (n) RETURN count(n)", "expect": {"atLeast": 1000}}]',
)
DRILL_NAME: Final = Variable(
    "DRILL_NAME",
    "what the drill is of, such as the name of the release. A label of its metrics",
    _NAME,
    "drill",
    example="graph",
)
DRILL_SECONDS: Final = Variable(
    "DRILL_SECONDS",
    "how long to wait for the server, and for all answers, together",
    rules.positive_seconds,
    "600",
    example="60",
)
METRICS_FILE: Final = Variable(
    "METRICS_FILE",
    "path of a file for metrics in Prometheus' text format, such as one in the textfile collector's folder",
    rules.path,
    example="/metrics/drill.prom",
    content=Content.PATH,
)
PUSHGATEWAY_URL: Final = Variable(
    "PUSHGATEWAY_URL",
    "URL of a Pushgateway of Prometheus, which gets the metrics too",
    rules.url,
    example="http://pushgateway:9091",
)

VARIABLES: Final[tuple[Variable[Any], ...]] = (
    DRILL_ASSERTIONS,
    DRILL_NAME,
    DRILL_SECONDS,
    METRICS_FILE,
    PUSHGATEWAY_URL,
)
