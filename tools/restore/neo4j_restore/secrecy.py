"""What looks like a key, and what is shown in its place. A message or a values file never has one.

`scrub` takes keys out of the log. It knows the values of this process as well.
Standard library only.
"""

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

# A token may stand in the place of a URL's user, such as `https://TOKEN@host`. No URL of ours has an `@`.
_LOGIN: Final = re.compile(r"https?://[^/\s@?#]+@")

# A secret key of AWS, or of Google's HMAC: 40 characters that stand alone.
LONE_KEY: Final = re.compile(r"(?<![\w/+.-])(?!//)[A-Za-z0-9/+]{40}(?![\w/+=.-])")
_KINDS: Final = (str.isupper, str.islower, str.isdigit)
_MOST_SLASHES: Final = 3

_SECRET_NAME: Final = re.compile(r"(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|KEY|ACCESS_KEY)$")

# Longer texts are never repeated: a name is shorter, and a longer text may be a key of an unknown kind.
_SHOWN_CHARS = 200

WITHHELD: Final = "a text that looks like a key, not shown here"
TOO_LONG: Final = "a text too long to be shown here"


def looks_like_key(text: str) -> bool:
    """Return whether `text` contains a key, a token, a URL's user or password, or a part of a key file."""
    return bool(_KEYS.search(text) or _LOGIN.search(text)) or any(map(is_lone_key, LONE_KEY.findall(text)))


def is_lone_key(word: str) -> bool:
    """Return whether a match of `LONE_KEY` is a key. A hash in hex has no capitals, and a path usually more slashes."""
    return word.count("/") <= _MOST_SLASHES and all(any(kind(char) for char in word) for kind in _KINDS)


def secret_name(name: str) -> bool:
    """Return whether a variable of that name holds a secret, and not the path of one."""
    return _SECRET_NAME.search(name) is not None


def redact(text: str) -> str:
    """Return `text`, or `WITHHELD` if it contains a key."""
    return WITHHELD if looks_like_key(text) else text


def shown(text: str) -> str:
    """Return `text` for a message: itself, or words in its place if it contains a key or might contain one."""
    if looks_like_key(text):
        return WITHHELD
    return TOO_LONG if len(text) > _SHOWN_CHARS else text
