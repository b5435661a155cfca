"""What looks like a key, and what is shown in its place. Standard library only."""

import re
from typing import Final

# What keys look like when somebody pastes them in the place of a name: key files and parts of them, also in base64.
# Keys of AWS, Google, Azure, GitHub and age. Signatures in URLs, and bearer tokens.
_KEYS = re.compile(
    r"-----BEGIN|(?i:\b(private_key|client_secret|refresh_token)(\"|'?\s*[:=])|aws_secret_access_key|aws_session_token)"
    r"|LS0tLS1CRUdJT|eyJ0eXBlIjo|ewog+ICJ0eXBl|InByaXZhdGVfa2V5"
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\b(IQoJ|FwoG|FQoG)[\w+/]{40}|\bGOOG[A-Z0-9]{16}"
    r"|\bya29\.|\bAIza[\w-]{30}|\b(gh[oprsu]|github_pat)_\w{20}|\beyJ[\w-]{8,}\.[\w-]{8,}\."
    r"|(?i:AccountKey=|SharedAccessSignature=|\bsig=|X-(Amz|Goog)-(Signature|Security-Token)|AGE-SECRET-KEY-)"
    r"|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==|[\w.~-]{3}\dQ~[\w.~-]{31}"
    r"|://[^/\s@]*:[^/\s@]+@"
)

# A secret key of AWS, or of Google's HMAC: 40 characters that stand alone. A hash in hex has no upper case, and a path
# usually has more slashes.
_SECRET = re.compile(r"(?<![\w/+.-])(?!//)[A-Za-z0-9/+]{40}(?![\w/+=.-])")
_MOST_SLASHES = 3

# Longer texts are never repeated: a name is shorter, and a longer text may be a key of an unknown kind.
_SHOWN_CHARS = 200

WITHHELD: Final = "a text that looks like a key, not shown here"
TOO_LONG: Final = "a text too long to be shown here"


def looks_like_key(text: str) -> bool:
    """Return whether `text` contains a key, a token, a password or a part of a key file."""
    return _KEYS.search(text) is not None or any(_is_secret(word) for word in _SECRET.findall(text))


def _is_secret(word: str) -> bool:
    kinds = (str.isupper, str.islower, str.isdigit)
    return word.count("/") <= _MOST_SLASHES and all(any(kind(char) for char in word) for kind in kinds)


def shown(text: str) -> str:
    """Return `text` for a message: itself, or words in its place if it contains a key or might contain one."""
    if looks_like_key(text):
        return WITHHELD
    return TOO_LONG if len(text) > _SHOWN_CHARS else text
