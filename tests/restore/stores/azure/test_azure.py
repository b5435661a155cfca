"""What other tools store in Azure is verified if they or the store computed an MD5. Tokens of Entra are accepted."""

import base64
import hashlib
import json
import time
from pathlib import Path

import pytest
from tests.restore.stores.subjects import downloaded, open_with
from tests.support.azurite import ACCOUNT, AzureContainer, azure
from tests.support.certificates import make_authority
from tests.support.servers import Reply, scripted

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.stores import Store, StoredObject

BLOCKS = [b"a" * 1000, b"b" * 1000, b"c"]
MD5 = hashlib.md5(b"".join(BLOCKS), usedforsecurity=False).digest()


def only(store: Store, container: AzureContainer) -> StoredObject:
    (stored,) = store.list(f"{container.name}/")
    return stored


def test_a_blob_of_one_piece_is_verified_by_the_store_s_md5(azure_container: AzureContainer) -> None:
    azure_container.put("neo4j.dump", b"".join(BLOCKS))
    store = open_with(azure_container.environment())
    stored = only(store, azure_container)
    assert stored.checksum == Checksum("md5", MD5)
    assert downloaded(store, stored) == b"".join(BLOCKS)
    store.close()


def test_a_blob_of_blocks_is_verified_by_its_creator_s_md5(azure_container: AzureContainer) -> None:
    azure_container.put_in_blocks("neo4j.dump", BLOCKS, MD5)
    store = open_with(azure_container.environment())
    assert store.stat(only(store, azure_container)).checksum == Checksum("md5", MD5)
    store.close()


def test_a_blob_of_blocks_of_which_nobody_reckoned_an_md5_is_believed(azure_container: AzureContainer) -> None:
    azure_container.put_in_blocks("neo4j.dump", BLOCKS)
    store = open_with(azure_container.environment())
    stored = store.stat(only(store, azure_container))
    assert stored.checksum is None
    assert downloaded(store, stored) == b"".join(BLOCKS)
    store.close()


def test_other_bytes_than_their_creator_s_are_damage(azure_container: AzureContainer) -> None:
    azure_container.put_in_blocks("neo4j.dump", BLOCKS, bytes(16))
    store = open_with(azure_container.environment())
    with pytest.raises(BackupDamagedError, match=r"its checksum is md5:.*, the store has md5:AAAA"):
        downloaded(store, only(store, azure_container))
    store.close()


def token_of_entra() -> str:
    """Return a token as Entra makes it, of a tenant that is not there. The emulator looks at all but the signature."""
    now = int(time.time())
    claims = {
        "aud": "https://storage.azure.com",
        "iss": "https://sts.windows.net/00000000-0000-0000-0000-000000000000/",
        **{"iat": now, "nbf": now, "exp": now + 3600},
    }
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*texts, "c2ln"])


def test_a_token_of_entra_opens_the_store_over_tls(tmp_path: Path) -> None:
    make_authority(tmp_path)
    options = ("--oauth", "basic", "--cert", str(tmp_path / "ca.crt"), "--key", str(tmp_path / "key.pem"))
    reply = Reply(200, json.dumps({"access_token": token_of_entra(), "expires_in": 3599}).encode())
    with azure(*options, scheme="https") as secured, scripted(reply) as entra:
        container = secured.container(verify=str(tmp_path / "ca.crt"))
        container.put("neo4j.dump", b"data")
        store = open_with(
            {
                **{"BUCKET": f"azb://{ACCOUNT}/{container.name}", "ENDPOINT_URL": secured.host},
                **{"CA_BUNDLE": str(tmp_path / "ca.crt"), "AZURE_AUTHORITY_HOST": entra.host},
                **{"AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "hush", "AZURE_TENANT_ID": "t"},
            }
        )
        assert downloaded(store, only(store, container)) == b"data"
        store.close()
