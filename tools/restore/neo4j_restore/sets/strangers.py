"""Describes an object that is not a backup set, for the person who has to find out how it got there."""

import re

_MAGICS = (
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a Java class"),
    (b"Salted__", "encrypted by OpenSSL"),
    (b"-----BEGIN PGP MESSAGE-----", "encrypted by PGP"),
    (b"age-encryption.org/v1", "encrypted by age"),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", "encrypted by age"),
    (b"version https://git-lfs.github.com/spec/", "a pointer of Git LFS, not the file itself"),
    (b"\x1f\x9d", "packed by compress (.Z)"),
    (b"\x1f\xa0", "packed by compress (.Z)"),
    (b"MSCF", "a Windows cabinet"),
    (b"!<arch>\n", "an archive of ar, such as a Debian package"),
    (b"070701", "a cpio archive"),
    (b"BORG_SEG", "a segment of a Borg repository"),
)

_HTML = re.compile(rb"\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)

_ERROR = re.compile(rb"<(Error|title)[^<>]{0,40}>.{0,200}", re.DOTALL | re.IGNORECASE)

_TEXT = frozenset(range(32, 127)) | {9, 10, 13}

# Enough bytes to tell a page or a text from other bytes.
_LOOKED_AT = 1024


def describe(head: bytes) -> str:
    """Return what the object that begins with `head` is, as in `it is …`. None of its own text is quoted."""
    start = head[:_LOOKED_AT]
    if not start:
        return "empty"
    if not start.strip(b"\0"):
        return "zeros"
    description = next((words for magic, words in _MAGICS if start.startswith(magic)), "")
    return description or _page(start) or _text(start) or f"of an unknown format: it begins with {start[:4].hex()}"


def _page(start: bytes) -> str:
    """Return which kind of page or message it is: a store's or proxy's answer may have been saved as a set."""
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _HTML.match(bare):
        return "an HTML page, such as a proxy or a login page answers"
    if bare.startswith(b"<"):
        return "an XML document, such as a store's error message" if _ERROR.search(bare) else "an XML document"
    return "a JSON document" if bare[:1] in {b"{", b"["} and set(bare) <= _TEXT else ""


def _text(start: bytes) -> str:
    return "a text" if set(start) <= _TEXT else ""
