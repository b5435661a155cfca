"""The rules of the inputs. Each takes a text and returns its value, or raises Invalid with the text and the rule."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from neo4j_restore import rules as shared
from neo4j_restore import spec, timestamps
from neo4j_restore.rules import Choice, Invalid, Matching
from neo4j_restore.secrecy import looks_like_key
from neo4j_restore.until import parse_until


@dataclass(frozen=True, eq=False)
class Optionally:
    """A rule that also takes an empty text."""

    rule: Callable[[str], str]

    def __call__(self, text: str) -> str:
        """Return the rule's value, or an empty text for an empty text."""
        return self.rule(text) if text else ""


@dataclass(frozen=True, eq=False)
class Either:
    """A rule that takes some words as they are, and any text that another rule takes."""

    words: tuple[str, ...]
    rule: Matching

    def __call__(self, text: str) -> str:
        """Return the text."""
        if text in self.words:
            return text
        try:
            return self.rule(text)
        except Invalid as error:
            message = f"{error}, and not one of {', '.join(self.words)}"
            raise Invalid(message) from None


choice = Choice
matching = Matching
folder = shared.folder
optional = Optionally


@lru_cache(maxsize=1024)  # the clusters of a fleet mostly have the same texts, and each is looked at more than once
def has_key(text: str) -> bool:
    """Return whether a text contains a key or a password, as somebody pasted it."""
    return looks_like_key(text)


def bucket(text: str) -> spec.BucketUrl:
    """Return the bucket and prefix of a URL. The URL must have a scheme that the image can read."""
    if "://" not in text:
        message = (
            f"{text!r} has no scheme: write gs://{text.strip('/') or 'bucket/path'}, or the scheme of another store"
        )
        raise Invalid(message)
    url = spec.parse_bucket(text)
    if url.scheme not in spec.SUPPORTED_SCHEMES:
        able = ", ".join(f"{scheme}://" for scheme in spec.SUPPORTED_SCHEMES)
        message = f"{text!r} has a scheme that this version of the restore image can't read: it reads {able}"
        raise Invalid(message)
    return url


def timestamp(text: str) -> str:
    """Return `latest`, a stamp as it is, or a time in UTC as RFC 3339.

    A stamp has at least one digit, and its date must exist. `latst` and `2026-02-30` would match no set in any bucket.
    """
    requested = spec.parse_timestamp(text)
    if requested.is_exact:
        _check_stamp(requested.stamp)
    return requested.text


def _check_stamp(text: str) -> None:
    """Raise Invalid for a stamp that no backup tool makes. The image takes it, because a set may have such a name."""
    if not any(char.isdigit() for char in text):
        message = f"{text!r} is neither 'latest' nor a stamp, which has a date or a number"
        raise Invalid(message)
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)(?:[T_ -]?(\d\d)[:_-]?(\d\d)(?:[:_-]?(\d\d))?)?(?!\d)", text)
    if found:
        try:
            datetime(*(int(each) for each in found.groups() if each))  # type: ignore[arg-type] # six at most
        except ValueError as error:
            message = f"{text!r} is not a date that exists: {error}"
            raise Invalid(message) from error


def until(text: str) -> str:
    """Return a transaction id, or a time in UTC as RFC 3339."""
    return str(parse_until(text))


def time(text: str) -> str:
    """Return a time in UTC as RFC 3339."""
    return timestamps.rfc3339(spec.parse_time(text))


def patterns(text: str) -> tuple[str, ...]:
    """Return the patterns of a comma-separated list. An empty text has none."""
    return spec.parse_patterns(text) if text else ()


def names(text: str) -> tuple[str, ...]:
    """Return the names of objects in Kubernetes, with commas between them; none for an empty text."""
    return tuple(NAME(name.strip()) for name in text.split(",")) if text else ()


def count(least: int, most: int) -> Callable[[str], int]:
    """Return a rule that takes whole numbers from `least` to `most`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            message = f"{text!r} is not a whole number from {least} to {most}"
            raise Invalid(message)
        return int(text)

    return parse


BOOLEAN: Final = choice({"true": True, "false": False})

RELEASE: Final = matching(
    r"[a-z]([a-z0-9-]{0,51}[a-z0-9])?", "a release's name (a-z, 0-9 and '-', a letter first, 53 at most)"
)

# The chart's load balancer adds nine characters to the name, and a Service's name has at most 63.
NEO4J_NAME: Final = matching(
    r"[a-z]([a-z0-9-]{0,52}[a-z0-9])?", "a name for Neo4j (a-z, 0-9 and '-', a letter first, 54 at most)"
)

CHART_VERSION: Final = matching(r"[0-9]{1,6}(\.[0-9]{1,6}){2}(-[0-9A-Za-z.-]{1,40})?", "a chart version such as 5.26.0")

# Kubernetes' rule for a DNS subdomain. It applies to the names of Secrets and service accounts.
NAME: Final = matching(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*",
    "a name in Kubernetes (a-z, 0-9, '-' and '.', a letter or digit at both ends, 253 at most)",
)

# The chart's rule for the name of a Kubernetes cluster, which is a label in metrics and a part of objects' names.
CLUSTER_NAME: Final = matching(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}",
    "a name of a cluster (letters, digits and '._-', a letter or digit first, 63 at most)",
)

# Kubernetes' rule for the value of a label.
LABEL_VALUE: Final = matching(
    r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?",
    "a label's value (letters, digits and '_.-', a letter or digit at both ends, 63 at most)",
)

REPOSITORY: Final = matching(
    r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:[0-9]+(?=/))?(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*",
    "an image's name without tag and digest, such as registry.example:5000/team/neo4j",
)
TAG: Final = matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", "an image's tag (letters, digits, '_.-', 128 at most)")
DIGEST: Final = matching(r"sha256:[0-9a-f]{64}", "a digest: sha256: and 64 hexadecimal digits")

SECRET_KEY: Final = matching(r"[A-Za-z0-9._-]{1,253}", "a key's name in a Secret (letters, digits and '._-')")

# The forms of a cloud identity.
GOOGLE_ACCOUNT: Final = r"[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com"
AWS_ROLE: Final = r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+"
AZURE_CLIENT: Final = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
POD_IDENTITY: Final = "pod-identity"
WORKLOAD_IDENTITY: Final = matching(
    "|".join([GOOGLE_ACCOUNT, AWS_ROLE, AZURE_CLIENT, POD_IDENTITY]),
    "an identity: restore@project.iam.gserviceaccount.com, arn:aws:iam::123456789012:role/restore, an Azure client id, "
    "or pod-identity",
)

RESTORE_ID: Final = shared.RESTORE_ID
HEAP_SIZE: Final = shared.HEAP_SIZE
REGION: Final = shared.REGION
PAYER: Final = matching(f"true|{shared.PROJECT.pattern}", "true, or the id of the Google project to bill")
URL: Final = shared.URL

STORAGE_SIZE: Final = matching(r"[1-9][0-9]*(Mi|Gi|Ti|Pi|M|G|T|P)", "a storage size such as 10Gi")

# No `$(…)`: it would use a variable of the server's container, which the restore container does not have.
SUB_PATH: Final = matching(
    r"/|(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+)*",
    "a folder of a volume such as neo4j/data, or / for the volume itself",
)

# Kubernetes' form of a memory size. Units below a mebibyte are left out, as they would be a mistake.
MEMORY: Final = matching(r"[1-9][0-9]{0,8}(Mi|Gi|M|G)", "an amount of memory such as 2Gi")

# Kubernetes' form of CPU, alone or as request and limit.
_CPU: Final = r"(?!0+(?:\.0+)?m?(?:/|$))(?:[0-9]{1,4}(?:\.[0-9]{1,3})?|[0-9]{1,7}m)"
CPU: Final = matching(
    f"{_CPU}(?:/(?:{_CPU}|none))?",
    "an amount of CPU such as 2 or 500m, or REQUEST/LIMIT such as 500m/2 or 500m/none",
)

# No `$`: a `$(…)` in neo4j.conf is run by a shell.
LDAP_URL: Final = matching(
    r"ldaps?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", "the URL of an LDAP server, such as ldaps://ldap.example.com:636"
)
LDAP_NAME: Final = matching(r"[^\s$\"{}=]+=[^$\"{}]+", "a distinguished name such as ou=people,dc=example,dc=com")
LDAP_USER: Final = matching(
    r"[^$\"{}]*\{0\}[^$\"{}]*", "a distinguished name with {0} in it, such as uid={0},ou=people,dc=example,dc=com"
)
LDAP_GROUPS: Final = matching(
    r"\"[^$\"]+\"\s*=\s*\w+(,\w+)*(;\s*\"[^$\"]+\"\s*=\s*\w+(,\w+)*)*;?",
    'a list such as "cn=dba,dc=example,dc=com"=admin;"cn=staff,dc=example,dc=com"=reader, with each group in quotes',
)
