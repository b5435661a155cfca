"""Keeps keys out of values files and messages. A values file names a Secret and never holds one."""

import re
from typing import Final

from neo4j_restore import spec

WITHHELD: Final = spec.WITHHELD

# A token may stand in the place of a URL's user, such as `https://TOKEN@host`. The image takes no URL with an `@`.
_LOGIN: Final = re.compile(r"https?://[^/\s@?#]+@")

_SECRET_NAME: Final = re.compile(r"(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|KEY|ACCESS_KEY)$")


def secret_name(name: str) -> bool:
    """Return whether a variable of that name holds a secret, and not the path of one."""
    return _SECRET_NAME.search(name) is not None


def looks_like_key(text: str) -> bool:
    """Return whether `text` contains a key, a token, a URL's user or password, or a part of a key file."""
    return spec.looks_like_key(text) or _LOGIN.search(text) is not None


def redact(text: str) -> str:
    """Return `text`, or `WITHHELD` if it contains a key."""
    return WITHHELD if looks_like_key(text) else text
