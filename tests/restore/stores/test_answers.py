"""Answers that S3 and Azure can both give: errors of any form, and another range than was asked for."""

import pytest
from tests.restore.stores.answering import MD5, TEN, Opened, azure, error, s3, stored
from tests.support.servers import Reply

from neo4j_restore.errors import StoreError


@pytest.mark.parametrize("opened", [s3, azure], ids=["s3", "azb"])
@pytest.mark.parametrize(
    "body", [error("C\nO\x85DE" * 9999, "x\n" * 9999), b"\xff" * 99_999, b"<Error><Code/>", b""], ids=range(4)
)
def test_an_error_is_one_line_whatever_the_store_says(opened: Opened, body: bytes) -> None:
    with (
        opened(Reply(418, body)) as (store, _),
        pytest.raises(StoreError, match="418") as raised,
    ):
        store.read(stored())
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize("said", ["bytes 3-8/10", "bytes 4-9/11", ""])
def test_another_range_than_was_asked_for_is_refused(said: str) -> None:
    for opened, etag in ((s3, f'"{MD5}"'), (azure, f'"{MD5}"')):
        with (
            opened(Reply(206, TEN[4:], {"ETag": etag, "Content_Range": said})) as (store, _),
            pytest.raises(StoreError, match="expected 6 bytes from offset 4"),
        ):
            store.read(stored(), 4)
