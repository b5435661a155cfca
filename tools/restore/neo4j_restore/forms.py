"""The ways in which one secret may appear in foreign text: as it is, encoded, escaped, or inside base64. Pure.

Standard library only, and small, because a start with nothing to do imports it too.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus, unquote

# A shorter value stands in many texts by chance. Hiding it would hide half the log, and show its length.
SHORTEST: Final = 6

# From this length on a value is hidden everywhere, also inside a word, and in every encoding.
CERTAIN: Final = 8

# An error may quote one line of a key file. The lines of a PEM have 64 characters.
_SHORTEST_LINE = 16

_HEADING = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]*-----")

# How much of a very long "secret" is looked for. A token of Google or Microsoft has 1 to 3 KiB.
_MOST_CHARS = 64 * 1024


def forms(secret: str) -> frozenset[str]:
    """Return every text that gives `secret` away, or none if it is too short to look for."""
    secret = secret.strip()[:_MOST_CHARS]
    if len(secret) < CERTAIN:
        return frozenset({secret} if len(secret) >= SHORTEST else ())
    parts = {secret, unquote(secret), " ".join(secret.split()), *_lines(secret)}
    return frozenset(form for part in parts if len(part) >= CERTAIN for form in _encoded(part))


def _lines(secret: str) -> Iterator[str]:
    lines = secret.replace("\\n", "\n").splitlines()
    return (line.strip() for line in lines if len(line.strip()) >= _SHORTEST_LINE and not _HEADING.search(line))


def _encoded(part: str) -> Iterator[str]:
    yield part
    raw = _raw(part)
    for quoted in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), quoted)
    yield from (json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1], repr(part)[1:-1])
    yield part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    yield raw.hex()
    yield from _in_base64(raw)
    yield from _decoded(part)


def _raw(part: str) -> bytes:
    """Return the bytes of any text, also of one from the environment that is not UTF-8."""
    try:
        return part.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return part.encode(errors="surrogatepass")


def _in_base64(raw: bytes) -> Iterator[str]:
    """Yield how `raw` looks inside the base64 of a longer text, such as `user:password`, at any offset.

    Three bytes make four characters, so there are three offsets. At each, the first and last characters also depend on
    the neighbouring bytes, and are left out.
    """
    for before in range(3):
        text = base64.b64encode(bytes(before) + raw).decode()
        whole = (before + len(raw)) // 3 * 4
        inner = text[4 if before else 0 : whole]
        if len(inner) >= CERTAIN:
            yield inner
            yield inner.translate(str.maketrans("+/", "-_"))


def _decoded(part: str) -> Iterator[str]:
    """Yield the key in hex, and as text where it is text, if the secret is a key in base64."""
    try:
        raw = base64.b64decode(part, validate=True)
    except (binascii.Error, ValueError):
        return
    if len(raw) >= CERTAIN:
        yield raw.hex()
        text = raw.decode(errors="ignore").strip()
        if len(text) >= CERTAIN and text.isprintable():
            yield text
