"""Encrypted objects: right to the last byte, or a word about the key or the damage."""

import io
import threading
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neo4j_restore.errors import BackupDamagedError, ConfigurationError, StoreError, StreamDamagedError
from neo4j_restore.streams import age

KEY, OTHER = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()

# Longer than what is decrypted ahead, and no multiple of a chunk.
TEXT = bytes(range(256)) * 20_000 + b"end"


def encrypted(text: bytes = TEXT, *, armored: bool = False) -> bytes:
    ciphertext: bytes = pyrage.encrypt(text, [KEY.to_public()], armored=armored)
    return ciphertext


def decrypted(data: bytes, *keys: pyrage.x25519.Identity) -> bytes:
    with age.Decrypted(io.BytesIO(data), list(keys or [KEY]), "the set") as stream:  # type: ignore[arg-type]  # reads alike
        return stream.readall()


@pytest.mark.parametrize("armored", [False, True])
def test_what_was_encrypted_comes_back(armored: bool) -> None:
    data = encrypted(armored=armored)
    assert age.is_encrypted(data[: age.LONGEST_MAGIC])
    assert decrypted(data, OTHER, KEY) == TEXT


@given(st.integers(0, 200_000))
@settings(max_examples=20, deadline=None)
def test_any_size_comes_back(size: int) -> None:
    assert decrypted(encrypted(TEXT[:size])) == TEXT[:size]


ENDINGS = {
    "-1": lambda good: good[:-1],
    "whole chunks only": lambda good: good[: len(encrypted(b"")) + 2 * (65536 + 16)],
    "junk": lambda good: good + b"junk",
    "a flipped bit": lambda good: good[:100_000] + bytes([good[100_000] ^ 1]) + good[100_001:],
    "half a header": lambda good: good[:60],
    "a header alone": lambda good: good[:180],
}


@pytest.mark.parametrize("spoil", ENDINGS.values(), ids=ENDINGS)
def test_every_other_ending_is_damage(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(StreamDamagedError, match="the set is damaged: as age"):
        decrypted(spoil(encrypted()))


def test_another_identity_is_a_matter_of_configuration() -> None:
    with pytest.raises(ConfigurationError, match="for another identity"):
        decrypted(encrypted(), OTHER)
    with pytest.raises(ConfigurationError, match="for another identity"):
        age.start_of(encrypted()[:5000], [OTHER], "the set")


def test_the_start_of_an_object_gives_the_start_of_its_content() -> None:
    start = age.start_of(encrypted()[:200_000], [KEY], "the set")
    assert TEXT.startswith(start)
    assert len(start) == 3 * 65536
    assert age.start_of(encrypted(b"short"), [KEY], "the set") == b"short"


def test_an_error_of_the_source_is_told_as_it_is() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 100_000:
                message = "unreachable"
                raise StoreError(message, hint="")
            return super().read(size)

    with (
        age.Decrypted(Broken(encrypted()), [KEY], "the set") as stream,  # type: ignore[arg-type]  # reads alike
        pytest.raises(StoreError, match="unreachable"),
    ):
        stream.readall()


@pytest.mark.parametrize("count", [0, 10, 3_000_000])
def test_a_stream_left_at_any_point_leaves_no_thread_and_no_open_source(count: int) -> None:
    before, source, plaintext = set(threading.enumerate()), io.BytesIO(encrypted()), b""
    with age.Decrypted(source, [KEY], "the set") as stream:  # type: ignore[arg-type]  # reads alike
        while len(plaintext) < count:
            plaintext += stream.read(count - len(plaintext))
    assert plaintext == TEXT[:count]
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()
    assert source.closed


def test_an_identity_file_is_what_age_keygen_writes(tmp_path: Path) -> None:
    path = tmp_path / "identity"
    path.write_text(f"# created: 2026-01-31\n# public key: {KEY.to_public()}\n{KEY}\n")
    assert decrypted(encrypted(), *age.identities(path, "the set")) == TEXT


@pytest.mark.parametrize(
    "text",
    ["", "# only a comment\n", "AGE-SECRET-KEY-1WRONG\n", f"{KEY}\nmore\n"],
    ids=["empty", "a comment", "a wrong key", "more"],
)
def test_a_bad_identity_file_is_told_without_its_lines(text: str, tmp_path: Path) -> None:
    path = tmp_path / "identity"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="has no age identity") as raised:
        age.identities(path, "the set")
    assert "WRONG" not in str(raised.value)
    assert str(KEY) not in str(raised.value)


def test_a_missing_identity_is_told_with_the_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="AGE_IDENTITY_FILE is not set"):
        age.identities(None, "the set")
    with pytest.raises(ConfigurationError, match="can't be read: No such file"):
        age.identities(tmp_path / "none", "the set")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="can't be read: it is not a text"):
        age.identities(tmp_path / "binary", "the set")


def with_recipients(count: int, *, armored: bool) -> bytes:
    keys = [pyrage.x25519.Identity.generate().to_public() for _ in range(count)]
    ciphertext: bytes = pyrage.encrypt(TEXT, [*keys, KEY.to_public()], armored=armored)
    return ciphertext


@pytest.mark.parametrize("armored", [False, True])
def test_hundreds_of_recipients_are_no_flood(armored: bool) -> None:
    assert decrypted(with_recipients(500, armored=armored)) == TEXT


ENDLESS = {
    "stanzas": b"age-encryption.org/v1\n" + (b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n") * 20_000,
    "one line": b"age-encryption.org/v1\n-> " + b"A" * 2_000_000,
    "armored": b"-----BEGIN AGE ENCRYPTED FILE-----\n" + (b"A" * 64 + b"\n") * 30_000,
    "an armored line": b"-----BEGIN AGE ENCRYPTED FILE-----\n" + b"A" * 2_000_000,
    "an armored line behind the header": encrypted(armored=True)[:20_000] + b"A" * 2_000_000,
    "spaces in armor": encrypted(armored=True)[:20_000] + b" " * 2_000_000,
}


@pytest.mark.parametrize("data", ENDLESS.values(), ids=ENDLESS)
def test_a_header_or_a_line_without_end_is_refused_at_its_bound(data: bytes) -> None:
    stream = io.BytesIO(data)
    with pytest.raises(BackupDamagedError, match=r"the set is not a backup set: as (armored )?age, it.* 65536 bytes"):
        age.Decrypted(stream, [KEY], "the set").readall()  # type: ignore[arg-type]  # reads alike
