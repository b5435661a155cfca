"""Keeps keys out of values files and messages: a values file names a secret and never holds one."""

import re
from typing import Final

from neo4j_restore import spec

WITHHELD: Final = spec.WITHHELD

# A token may stand alone where a URL names its user, as `https://TOKEN@host`. The image takes no `@` in URLs at all.
_LOGIN: Final = re.compile(r"https?://[^/\s@?#]+@")


def looks_like_key(text: str) -> bool:
    """Return whether `text` has a key, a token, a URL's user or password, or a part of a key file in it."""
    return spec.looks_like_key(text) or _LOGIN.search(text) is not None


def redact(text: str) -> str:
    """Return `text`, or what stands for it where a key is in it."""
    return WITHHELD if looks_like_key(text) else text
