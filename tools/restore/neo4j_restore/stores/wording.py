"""Errors of stores in our words: operation, object, identity, what is wrong, and whether to try again."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from urllib3.exceptions import HTTPError

from neo4j_restore import scrub
from neo4j_restore.errors import StoreError
from neo4j_restore.stores import certificates

# What may succeed later. Sources: https://cloud.google.com/storage/docs/retry-strategy and
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
TRANSIENT_STATUS: Final = frozenset({408, 429, 500, 502, 503, 504})

# By these a store asks for fewer requests at once.
_THROTTLING_STATUS: Final = frozenset({429, 503})

GONE: Final = "it is not there, or is another generation now"
_REPLACED: Final = "it was replaced after it was listed"

# Of a refusal to hand out bytes that the asker has the key of.
OWN_KEY: Final = "if it is encrypted with a key of your own (SSE-C, CSEK, CPK), name that key in ENCRYPTION_KEY_FILE"

_CHECK_NETWORK = "check the network, a proxy, and the store's status page; the next start tries again"


class UnsendableError(Exception):
    """A request that can't be signed or sent: a key, or a name, has characters that don't belong there."""


@dataclass
class Errors:
    """Words the errors of one store, so that each names the operation, the object and the identity.

    root: the URL that keys follow, with its slash. identity: who asks, in words; never a secret.
    hint: what to check when the store refuses.
    """

    root: str
    identity: str
    hint: str

    def error(
        self,
        verb: str,
        key: str,
        reason: str,
        *,
        transient: bool = False,
        hint: str = "",
        after: float = 0,
        status: int = 0,
    ) -> StoreError:
        """Return the error. after: the seconds that the store asks to wait before the next try. status: HTTP's."""
        message = f"cannot {verb} {self.root}{key} with {self.identity}: {reason}"
        wrong = StoreError(message, hint=hint or (_CHECK_NETWORK if transient else self.hint), transient=transient)
        wrong.throttled, wrong.retry_after_seconds = status in _THROTTLING_STATUS, after
        wrong.status = status
        wrong.gone = reason in {GONE, _REPLACED}
        return wrong

    def replaced(self, verb: str, key: str) -> StoreError:
        """Return the error of an object that is another one now."""
        hint = "start again: the new object will be listed, and taken whole"
        return self.error(verb, key, _REPLACED, hint=hint)

    @contextmanager
    def translated(self, verb: str, key: str) -> Iterator[None]:
        """Let no exception of the HTTP libraries out: each becomes a StoreError."""
        try:
            yield
        except UnsendableError as error:
            hint = "check key, bucket and account: one has a character that does not belong there, as a line break"
            raise self.error(verb, key, "the request can't be sent", hint=hint) from error
        except (HTTPError, OSError) as error:
            if wrong := certificates.trouble(str(error)):
                raise self.error(verb, key, wrong[0], hint=wrong[1]) from error
            raise self.error(verb, key, f"unreachable ({type(error).__name__})", transient=True) from error


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """Return what Retry-After asks for, in seconds; 0 where it says nothing, or names a date."""
    text = headers.get("Retry-After") or ""
    return float(text) if re.fullmatch(r"\d{1,4}", text) else 0


def one_line(text: str) -> str:
    """Return what a store says on one line, and not all of it: it may be anything, and endless.

    Secrets are hidden before it is cut: half of one would not be known again.
    """
    return scrub.clean(text, 200)
