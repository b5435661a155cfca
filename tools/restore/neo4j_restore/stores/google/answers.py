"""What Google's answers and the errors of its client mean: a StoreError, or the requested bytes."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import urllib3
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from neo4j_restore import checksums
from neo4j_restore.errors import StoreError
from neo4j_restore.stores import StoredObject, certificates, parsing
from neo4j_restore.stores.body import wrong_span
from neo4j_restore.stores.errors import GONE, OWN_KEY, TRANSIENT_STATUS, StoreErrors, one_line, seconds_to_wait
from neo4j_restore.stores.google import identity

_WRITE_HINT: Final = "give this identity the role roles/storage.objectCreator there"


def refusal(
    errors: StoreErrors, stored: StoredObject, span: tuple[int, int], response: urllib3.BaseHTTPResponse
) -> StoreError | None:
    """Return the error of an answer, or None if it has the requested bytes. Its body is not trusted."""
    status = response.status
    if status == 404:
        return errors.error("read", stored.key, GONE)
    if status not in {200, 206}:
        reason, after = f"{status} {_reason(response)}", seconds_to_wait(response.headers)
        transient, hint = status in TRANSIENT_STATUS, OWN_KEY if "encrypt" in reason else ""
        return errors.error("read", stored.key, reason, transient=transient, hint=hint, after=after, status=status)
    return mismatch(errors, stored, span, status, response.headers)


def mismatch(
    errors: StoreErrors, stored: StoredObject, span: tuple[int, int], status: int, headers: Mapping[str, str]
) -> StoreError | None:
    """Return the error of an answer with other bytes than requested, or None."""
    if not _is_of(headers, stored):
        return errors.replaced("read", stored.key)
    reason = wrong_span(status, headers, span, stored.size_bytes)
    return errors.error("read", stored.key, reason, transient=True) if reason else None


def write_refusal(errors: StoreErrors, key: str, response: urllib3.BaseHTTPResponse) -> StoreError:
    """Return the error that the answer to an upload means."""
    status, after = response.status, seconds_to_wait(response.headers)
    hint = _WRITE_HINT if status in {401, 403} else ""
    reason, transient = f"{status} {_reason(response)}", status in TRANSIENT_STATUS
    return errors.error("write", key, reason, transient=transient, hint=hint, after=after, status=status)


@contextmanager
def translated(errors: StoreErrors, verb: str, key: str) -> Iterator[None]:
    """Let no exception of the libraries out. Each becomes a StoreError."""
    error = errors.error
    try:
        with errors.translated(verb, key):
            yield
    # Before `GoogleAPICallError`, which is its base class.
    except api.NotFound as cause:
        raise error(verb, key, "there is no such bucket") from cause
    except api.GoogleAPICallError as cause:
        transient = cause.code in TRANSIENT_STATUS
        after = seconds_to_wait(getattr(cause.response, "headers", {}))
        reason = f"{cause.code} {_first_line(cause.message)}"
        raise error(verb, key, reason, transient=transient, after=after, status=cause.code or 0) from cause
    except auth.TransportError as cause:
        if tls_trouble := certificates.trouble(str(cause)):
            raise error(verb, key, tls_trouble[0], hint=tls_trouble[1]) from cause
        raise error(verb, key, "the identity endpoint does not answer", transient=True) from cause
    except auth.DefaultCredentialsError as cause:
        reason = "there is no identity: no key, and no workload identity"
        raise error(verb, key, reason, hint=identity.HINT) from cause
    except auth.GoogleAuthError as cause:
        reason = f"the identity is refused ({type(cause).__name__})"
        raise error(verb, key, reason, hint=identity.HINT) from cause
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as cause:
        # The library raises these for an answer that is not in Google's form: a gateway answered, not the store.
        what = str(cause) if isinstance(cause, parsing.OddAnswerError) else type(cause).__name__
        raise error(verb, key, f"the answer is not understood ({what})", transient=True) from cause


def check_page(page: Any) -> None:
    """Raise OddAnswerError for an answer that is not a listing. A gateway's empty answer is not an empty bucket."""
    if page.raw_page.get("kind") != "storage#objects":
        message = "expected a listing in JSON (storage#objects), got something else"
        raise parsing.OddAnswerError(message)


def _is_of(headers: Mapping[str, str], stored: StoredObject) -> bool:
    """Tell whether the answer's headers say that its bytes are the listed ones. Not every emulator pins generations."""
    generation = headers.get("X-Goog-Generation", stored.generation)
    crc32c = re.search(r"crc32c=([^,]+)", headers.get("X-Goog-Hash", ""))
    checksum = checksums.from_base64("crc32c", crc32c[1]) if crc32c else None
    return generation == stored.generation and (not checksum or stored.checksum in {None, checksum})


def _first_line(text: str | None) -> str:
    """Return the reason in an error's text, without the long URL before it."""
    reason = re.sub(r"^[A-Z]+ \S+: ", "", (text or "").strip())
    return one_line(reason.splitlines()[0]) if reason else "no reason given"


def _reason(response: urllib3.BaseHTTPResponse) -> str:
    """Return the reason in an error's body, which may be anything of any length."""
    try:
        return _first_line(parsing.parse_json(parsing.beginning(response))["error"]["message"])
    except (parsing.OddAnswerError, TypeError, KeyError, AttributeError):
        return response.reason or "no reason given"
