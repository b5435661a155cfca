"""The shapes of keys and the names of secrets, and what is shown in place of a key.

This module owns both for the image and the generator. `scrub` hides the shapes in the log, where it also knows the
values of this process. A message or a values file never has a key. Standard library only.
"""

import re
from typing import Final

# Keys that are known by their shape, wherever they are. Each pattern matches a whole key. Quantifiers are possessive,
# so that no text takes long.
KEYS: Final = (
    # PEMs and Google's keys in base64. Their first bytes are always the same.
    r"(?:LS0tLS1CRUdJT|eyJ0eXBlIjo|ewog+ICJ0eXBl|InByaXZhdGVfa2V5)[\w+/=-]*+",
    # A JWT, which may be cut.
    r"\beyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?",
    # Tokens of Google and GitHub, and AWS's session tokens.
    r"\bya29\.[\w.-]*+|\bAIza[\w-]{30,}+|\b(?:gh[oprsu]|github_pat)_\w{20,}+",
    r"\b(?:IQoJ|FwoG|FQoG)[\w+/=]{40,}+",
    r"(?i:AGE-SECRET-KEY-)[\w-]*+",
    # An Azure account's key, and a client's secret.
    r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==|[\w.~-]{3}\dQ~[\w.~-]{31,}+",
)

# Words before a secret value: fields of JSON, options of Java, variables, and parameters of URLs.
FIELDS: Final = (
    r"(?i:private_?key(?!_?id)|secret_?access_?key|session_?token|security-?token|access_?token|refresh_?token"
    r"|id_?token|client_?secret|account_?key|storage_?key|sas_?token|shared_?access_?signature|passw(?:or)?d"
    r"|\bNEO4J_AUTH|\bsig(?:nature)?)"
)

# What shows that a key was pasted in the place of a name. The ids are no secrets, but come with one. Of the fields only
# those of key files and of signed URLs count: a command may well have `PASSWORD=$(cat file)`.
_PASTED: Final = re.compile(
    "|".join(KEYS) + r"|-----BEGIN|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bGOOG[A-Z0-9]{16}"
    r"|(?i:\b(?:private_key|client_secret|refresh_token)(?:\"|'?\s*[:=])|aws_secret_access_key|aws_session_token)"
    r"|(?i:AccountKey=|SharedAccessSignature=|\bsig=|X-(?:Amz|Goog)-(?:Signature|Security-Token))"
    r"|://[^/\s@]*:[^/\s@]+@"
)

# A token may stand in the place of a URL's user, such as `https://TOKEN@host`. No URL of ours has an `@`.
_LOGIN: Final = re.compile(r"https?://[^/\s@?#]+@")

# A secret key of AWS, or of Google's HMAC: 40 characters that stand alone.
LONE_KEY: Final = re.compile(r"(?<![\w/+.-])(?!//)[A-Za-z0-9/+]{40}(?![\w/+=.-])")
_KINDS: Final = (str.isupper, str.islower, str.isdigit)
_MOST_SLASHES: Final = 3

# Names of variables that certainly hold a secret. A values file with one of them is refused.
_SECRET_NAME: Final = re.compile(r"(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|KEY|ACCESS_KEY|CONNECTION_STRING)$")
# Names that may mean a secret, of any program. Their values are hidden, which does no harm where there is none.
_MAYBE_SECRET: Final = re.compile(
    r"(?i)secret|token|passw|passphrase|private|credential|(^|_)sas($|_)|auth$|signature|connection_string"
    r"|(^|_)(access_?|account_?|storage_?|api_?)?key$"
)
# Endings of such names whose value only says where the secret is, or how long it lasts.
_ABOUT_SECRET: Final = re.compile(
    r"(?i)_(file|path|dir|id|uri|url|arn|host|addr|port|proto|tcp|endpoint|name|region|mode|style|version|expiration)s?$"
)

# Longer texts are never repeated: a name is shorter, and a longer text may be a key of an unknown kind.
_SHOWN_CHARS = 200

WITHHELD: Final = "a text that looks like a key, not shown here"
TOO_LONG: Final = "a text too long to be shown here"


def looks_like_key(text: str) -> bool:
    """Return whether `text` contains a key, a token, a URL's user or password, or a part of a key file."""
    return bool(_PASTED.search(text) or _LOGIN.search(text)) or any(map(is_lone_key, LONE_KEY.findall(text)))


def is_lone_key(word: str) -> bool:
    """Return whether a match of `LONE_KEY` is a key. A hash in hex has no capitals, and a path usually more slashes."""
    return word.count("/") <= _MOST_SLASHES and all(any(kind(char) for char in word) for kind in _KINDS)


def secret_name(name: str) -> bool:
    """Return whether a variable of that name holds a secret, and not the path of one."""
    return _SECRET_NAME.search(name) is not None


def maybe_secret_name(name: str) -> bool:
    """Return whether a variable of that name may hold a secret, so that its value is better hidden."""
    return bool(_MAYBE_SECRET.search(name)) and not _ABOUT_SECRET.search(name)


def redact(text: str) -> str:
    """Return `text`, or `WITHHELD` if it contains a key."""
    return WITHHELD if looks_like_key(text) else text


def shown(text: str) -> str:
    """Return `text` for a message: itself, or words in its place if it contains a key or might contain one."""
    if looks_like_key(text):
        return WITHHELD
    return TOO_LONG if len(text) > _SHOWN_CHARS else text
