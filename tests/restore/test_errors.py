"""Errors keep what they know when something is added to them."""

import pytest

from neo4j_restore.errors import BackupDamagedError, RestoreError, StoreError, StreamDamagedError


@pytest.mark.parametrize(
    "error",
    [
        BackupDamagedError("it is cut", hint="take another set"),
        StreamDamagedError("it is cut"),
        StoreError("it is not there", hint="see the bucket", transient=True),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_with_more_to_say_is_the_same_error(error: RestoreError) -> None:
    error.database = "neo4j"
    more = error.with_more("it may be newer")
    assert (type(more), str(more), vars(more)) == (type(error), f"{error}; it may be newer", vars(error))
