"""What neo4j-admin says about a store: the outputs of real versions, and everything that is not such an output."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.admin import storeinfo
from neo4j_restore.admin.storeinfo import StoreInfo

JSON = (
    '{"databaseName":"neo4j","inUse":"false","storeFormat":"record-aligned-1.1","storeFormatIntroduced":"5.0.0",'
    '"storeFormatSuperseded":null,"lastCommittedTransaction":"11","recoveryRequired":"false"}'
)
OF_5 = StoreInfo("record-aligned-1.1", "5.0.0", None, "neo4j", 11, recovery_needed=False)
JAVA = "WARNING: A restricted method in java.lang.System has been called"

OUTPUTS = {
    "3.3.5": (
        ["Store format version:         v0.A.8", "Store format introduced in:   3.2.0"],
        StoreInfo("v0.A.8", "3.2.0"),
    ),
    "3.5, an older store": (
        [
            "Store format version:         vE.H.4",
            "Store format introduced in:   3.4.0",
            "Store format superseded in:   4.0.0",
        ],
        StoreInfo("vE.H.4", "3.4.0", "4.0.0"),
    ),
    "5.26.30": ([JSON], OF_5),
    "2026.08.1, on Java 25": ([JAVA, JSON, JAVA], OF_5),
    "a list of one": ([f"[{JSON}]"], OF_5),
    "numbers and truth as such": (
        [json.dumps({"storeFormat": "block-block-1.1", "lastCommittedTransaction": 7, "recoveryRequired": True})],
        StoreInfo("block-block-1.1", last_transaction=7, recovery_needed=True),
    ),
}


@pytest.mark.parametrize(("lines", "info"), OUTPUTS.values(), ids=OUTPUTS)
def test_the_output_of_each_version_is_understood(lines: list[str], info: StoreInfo) -> None:
    assert storeinfo.parse(lines) == info


BAD = {
    "nothing": [],
    "words": ["Done."],
    "cut": [JSON[:100]],
    "no format": ['{"databaseName":"neo4j"}'],
    "a format with a line break": [json.dumps({"storeFormat": "a\nb"})],
    "a format of another type": ['{"storeFormat":["a"]}'],
    "a transaction in words": ['{"storeFormat":"a","lastCommittedTransaction":"many"}'],
    "a transaction below zero": ['{"storeFormat":"a","lastCommittedTransaction":-1}'],
    "a transaction of a thousand digits": [json.dumps({"storeFormat": "a", "lastCommittedTransaction": "9" * 1000})],
    "a truth in words": ['{"storeFormat":"a","recoveryRequired":"perhaps"}'],
    "too long": [json.dumps({"storeFormat": "a", "more": "x" * 5000})],
    "too deep": ['{"storeFormat":"a","more":' + "[" * 2000 + "]" * 2000 + "}"],
}


@pytest.mark.parametrize("lines", BAD.values(), ids=BAD)
def test_any_other_output_is_refused(lines: list[str]) -> None:
    with pytest.raises(ValueError, match="it"):
        storeinfo.parse(lines)


@given(st.lists(st.text(max_size=200), max_size=5), st.dictionaries(st.sampled_from(list(json.loads(JSON))), st.text()))
def test_no_output_makes_another_error(lines: list[str], fields: dict[str, str]) -> None:
    with suppress(ValueError):
        storeinfo.parse([*lines, json.dumps(fields)])
