"""Checks the environment of a restore container against the contract: the image's own rules, before there is a pod.

The rules of single variables come from `neo4j_restore.spec`, or a test in tests/contract ties them to the image's.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final, NamedTuple, TypeVar

from neo4j_restore import spec
from neo4j_restore.spec import Invalid
from neo4j_scenarios.charts.environment import LICENCE
from neo4j_scenarios.inputs import rules

T = TypeVar("T")

# Variables that name a file in the container.
PATHS: Final = (
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CREDENTIALS_FILE",
    "CA_BUNDLE",
    "ENCRYPTION_KEY_FILE",
    "AGE_IDENTITY_FILE",
)

_VARIABLES: Final = {variable.name: variable for variable in spec.VARIABLES}


class Complaint(NamedTuple):
    """A problem with a variable, and its hint. `name` is empty if the problem is not about one variable."""

    name: str
    what: str
    hint: str


def complaints(environment: Mapping[str, str | None]) -> Iterator[Complaint]:
    """Yield everything that the image would refuse. A value is None if the values file does not show it."""
    yield from _names(environment)
    yield from _bucket(environment)
    for name, text in environment.items():
        if name in _RULES and text and text.strip():
            yield from _told(name, text.strip(), _RULES[name])
    for variable in spec.VARIABLES:
        text = environment.get(variable.name, "")
        if variable.required and text is not None and not text.strip():
            yield Complaint(variable.name, f"{variable.name} is not set", f"set it: {variable.meaning}")
    yield from _together(environment)


def _names(environment: Iterable[str]) -> Iterator[Complaint]:
    for name in environment:
        if name in _VARIABLES or name == LICENCE:
            continue
        short = name.removeprefix("NEO4J_")
        if name != short:
            hint = f"use {short}" if short in _VARIABLES else "remove it: settings of Neo4j belong to the server"
            yield Complaint(name, f"{name}: no variable of the restore image starts with NEO4J_", hint)
        elif similar := difflib.get_close_matches(name, _VARIABLES, n=1, cutoff=0.8):
            what = f"{name} is not known: did you mean {similar[0]}?"
            yield Complaint(name, what, "correct the name, or remove the variable")


def _bucket(environment: Mapping[str, str | None]) -> Iterator[Complaint]:
    text, provider = environment.get("BUCKET"), environment.get("CLOUD_PROVIDER", "")
    if not text or not text.strip() or provider is None:
        return
    try:
        bucket = spec.parse_bucket(text.strip(), _provider(provider))
    except Invalid as error:
        yield _complaint("BUCKET", error)
        return
    yield from _told("BUCKET", bucket, _supported)
    payer = (environment.get("REQUESTER_PAYS") or "").strip()
    if payer:
        yield from _told("REQUESTER_PAYS", payer, _PAYERS.get(bucket.scheme, _no_payer))


def _provider(text: str) -> str:
    # An unknown provider is reported at CLOUD_PROVIDER. Here it counts as empty.
    return text.strip().lower() if text.strip().lower() in spec.PROVIDERS else ""


def _supported(bucket: spec.BucketUrl) -> None:
    if bucket.scheme not in spec.SUPPORTED_SCHEMES:
        schemes = " and ".join(f"{each}://" for each in spec.SUPPORTED_SCHEMES)
        message = f"{bucket} has a scheme that this version can't read: it reads {schemes}"
        raise Invalid(message)


def _told(name: str, value: T, rule: Callable[[T], object]) -> Iterator[Complaint]:
    try:
        rule(value)
    except Invalid as error:
        yield _complaint(name, error)


def _complaint(name: str, error: Invalid) -> Complaint:
    return Complaint(name, f"{name}: {error}", f"set {name} to its meaning: {_VARIABLES[name].meaning}")


def _together(environment: Mapping[str, str | None]) -> Iterator[Complaint]:
    texts = {name: (text or "").strip().lower() for name, text in environment.items()}
    if texts.get("SPACE_MODE") != spec.SpaceMode.RECLAIM.value:
        return
    unknown = {name for name in ("FORCE_OVERWRITE", "KEEP_PREVIOUS") if environment.get(name, "") is None}
    if not unknown and (texts.get("FORCE_OVERWRITE") != "true" or texts.get("KEEP_PREVIOUS") == "true"):
        yield Complaint(
            "SPACE_MODE",
            "SPACE_MODE: reclaim needs FORCE_OVERWRITE true, and does not allow KEEP_PREVIOUS",
            "use SPACE_MODE keep, and a volume with room for the old and the new data",
        )


def _word(words: Iterable[str]) -> Callable[[str], str]:
    rule = rules.choice({word: word for word in words})
    return lambda text: rule(text.lower())


def _path(text: str) -> str:
    if not PurePosixPath(text).is_absolute() or ".." in PurePosixPath(text).parts:
        message = f"{text!r} is not an absolute path without '..'"
        raise Invalid(message)
    return text


def _key_path(text: str) -> str:
    # The message never quotes the text: some people put the key itself there.
    if not PurePosixPath(text).is_absolute() or len(text) > 1000 or "\n" in text:
        message = "it is not an absolute path. Name the key's file, never the key itself"
        raise Invalid(message)
    return text


def _no_payer(text: str) -> str:
    message = f"{text!r} can't be used: only gs:// and s3:// buckets can let their readers pay"
    raise Invalid(message)


def _seconds(least: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text) or float(text) < least:
            message = f"{text!r} is not a number of seconds"
            raise Invalid(message)
        return float(text)

    return parse


_TRUTH: Final = _word(("true", "false"))

_PAYERS: Final[Mapping[spec.Scheme, Callable[[str], object]]] = {
    spec.Scheme.GCS: rules.matching(r"[a-z][a-z0-9:.-]{4,61}[a-z0-9]", "the id of a Google project to bill"),
    spec.Scheme.S3: _TRUTH,
}

_RULES: Final[Mapping[str, Callable[[str], object]]] = {
    "DATABASE": spec.parse_databases,
    "TIMESTAMP": spec.parse_timestamp,
    "GOOGLE_APPLICATION_CREDENTIALS": _key_path,
    "CLOUD_PROVIDER": _word(spec.PROVIDERS),
    "BACKUP_SET_DIR": rules.folder,
    "FORCE_OVERWRITE": _word(spec.FORCE_OVERWRITE),
    "KEEP_PREVIOUS": _TRUTH,
    "RESTORE_NOT_AFTER": spec.parse_time,
    "ON_MISSING": _word(spec.OnMissing),
    "ON_STALE_LATEST": _word(spec.OnStaleLatest),
    "IGNORE_OBJECTS": spec.parse_patterns,
    "REQUIRE_CHECKSUM": _TRUTH,
    "SPACE_MODE": _word(spec.SpaceMode),
    "RESTORE_ID": rules.RESTORE_ID,
    "PURGE_ON_COMPLETE": _TRUTH,
    "DATA_DIR": _path,
    "HEAP_SIZE": rules.HEAP_SIZE,
    "RETRY_SECONDS": _seconds(0),
    "STALL_SECONDS": _seconds(0.001),
    "LOG_FORMAT": _word(("text", "json")),
    "STORAGE_EMULATOR_HOST": rules.URL,
    "CREDENTIALS_FILE": _key_path,
    "AGE_IDENTITY_FILE": _key_path,
    "ENCRYPTION_KEY_FILE": _key_path,
    "CA_BUNDLE": _path,
    "ENDPOINT_URL": rules.URL,
    "REGION": rules.matching(r"[a-z0-9][a-z0-9-]{0,62}", "a region such as eu-central-1"),
    "ADDRESSING_STYLE": _word(spec.Addressing),
    "DEADLINE_SECONDS": _seconds(0),
    "START_JITTER_SECONDS": _seconds(0),
    "CONNECTIONS": rules.matching(r"[1-9]|[1-5][0-9]|6[0-4]", "a number of connections from 1 to 64"),
}

# The variables that this module checks. The image checks the others.
KNOWN: Final = frozenset(_RULES) | {"BUCKET", "REQUESTER_PAYS"}
