"""A key with a character that no header can have is told without it, whichever cloud it is for."""

from contextlib import ExitStack

import pytest
from tests.restore.stores.identifying import refused
from tests.support.servers import Reply, scripted


@pytest.mark.parametrize(
    "identity",
    [
        {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA\n1", "AWS_SECRET_ACCESS_KEY": "hush"},
        {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA\udcff1", "AWS_SECRET_ACCESS_KEY": "hush"},
        {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA\u20ac1", "AWS_SECRET_ACCESS_KEY": "hush"},
        {
            **{"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush"},
            "AWS_SESSION_TOKEN": "hush\r\nhush",
        },
        {"BUCKET": "azb://backups1/nightly", "AZURE_STORAGE_SAS_TOKEN": "sig=hush\nhush"},
        {"BUCKET": "azb://backups1/nightly", "AZURE_STORAGE_SAS_TOKEN": "sig=hush hush"},
    ],
    ids=["line break", "no text", "no latin", "token", "signature", "space"],
)
def test_a_key_with_a_character_of_another_kind_is_told_without_it(identity: dict[str, str], tell: ExitStack) -> None:
    store = tell.enter_context(scripted(Reply(403)))
    assert not refused({**identity, "ENDPOINT_URL": store.host}).transient
