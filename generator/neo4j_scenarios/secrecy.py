"""Keeps keys out of values files and messages: a values file names a secret and never holds one."""

import re

# How the keys of the clouds look when they are pasted where a name belongs. The last line is their base64.
_KEYS = re.compile(
    r"-----BEGIN|\b(private_key|client_secret|refresh_token)(\"|'?\s*[:=])"
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b|aws_secret_access_key|AccountKey=|SharedAccessSignature=|\bya29\.|\bAIza[\w-]{30}"
    r"|LS0tLS1CRUdJT|eyJ0eXBlIjo|ewog+ICJ0eXBl|InByaXZhdGVfa2V5",
    re.IGNORECASE,
)

WITHHELD = "a text that looks like a key, not shown here"


def looks_like_key(text: str) -> bool:
    """Return whether `text` has a cloud's key, or a part of a key file, in it."""
    return _KEYS.search(text) is not None


def redact(text: str) -> str:
    """Return `text`, or what stands for it where a key is in it."""
    return WITHHELD if looks_like_key(text) else text
