"""The errors of stores: operation, object, identity, what is wrong, and whether to try again."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from urllib3.exceptions import HTTPError

from neo4j_restore import scrub
from neo4j_restore.errors import StoreError
from neo4j_restore.stores import certificates

# A request with one of these may succeed later. Sources: https://cloud.google.com/storage/docs/retry-strategy and
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
TRANSIENT_STATUS: Final = frozenset({408, 429, 500, 502, 503, 504})

# With one of these a store asks for fewer requests at once.
_THROTTLING_STATUS: Final = frozenset({429, 503})

GONE: Final = "it does not exist, or has another generation now"
_REPLACED: Final = "it was replaced after it was listed"
_EXISTS: Final = "there is one already, which is never replaced"

# The hint where a store refuses to return bytes that are encrypted with a key of the customer.
OWN_KEY: Final = "if it is encrypted with a key of your own (SSE-C, CSEK, CPK), name that key in ENCRYPTION_KEY_FILE"

_CHECK_NETWORK = "check the network, a proxy, and the store's status page. The next start tries again"


class UnsendableError(Exception):
    """A request that can't be signed or sent: a key or a name has characters that are not allowed there."""


@dataclass
class StoreErrors:
    """Makes the errors of one store, so that each names the operation, the object and the identity.

    root: the URL before keys, with its slash. identity: whose request it is, in words, and never a secret.
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
        """Return the error. after: the seconds to wait that the store asked for. status: of the HTTP answer."""
        message = f"cannot {verb} {self.root}{key} with {self.identity}: {reason}"
        error = StoreError(message, hint=hint or (_CHECK_NETWORK if transient else self.hint), transient=transient)
        error.throttled, error.retry_after_seconds = status in _THROTTLING_STATUS, after
        error.status = status
        error.gone = reason in {GONE, _REPLACED}
        return error

    def replaced(self, verb: str, key: str) -> StoreError:
        """Return the error of an object that was replaced by another."""
        hint = "start again: the new object will be listed and read from its start"
        return self.error(verb, key, _REPLACED, hint=hint)

    def exists(self, key: str) -> StoreError:
        """Return the error of an object that was to be created, but is there."""
        error = self.error("write", key, _EXISTS)
        error.exists = True
        return error

    def not_written(self, key: str) -> StoreError:
        """Return the error of an answer that sounds like a success, but not like one of this store."""
        return self.error("write", key, "the answer is not understood: a gateway may have answered", transient=True)

    @contextmanager
    def translated(self, verb: str, key: str) -> Iterator[None]:
        """Let no exception of the HTTP libraries out. Each becomes a StoreError."""
        try:
            yield
        except UnsendableError as error:
            hint = "check key, bucket and account: one has a character that is not allowed, such as a line break"
            raise self.error(verb, key, "the request can't be sent", hint=hint) from error
        except (HTTPError, OSError) as error:
            if tls_trouble := certificates.trouble(str(error)):
                raise self.error(verb, key, tls_trouble[0], hint=tls_trouble[1]) from error
            raise self.error(verb, key, f"unreachable ({type(error).__name__})", transient=True) from error

    @contextmanager
    def understood(self, verb: str, key: str, *failures: type[Exception]) -> Iterator[None]:
        """Translate the same, and what an answer raises that is not in the store's form: a gateway answered.

        failures: what its parsing raises then.
        """
        try:
            with self.translated(verb, key):
                yield
        except failures as error:
            reason = f"the answer is not understood ({one_line(str(error))})"
            raise self.error(verb, key, reason, transient=True) from error


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """Return the seconds that Retry-After asks for, or 0 where it is missing or is a date."""
    text = headers.get("Retry-After") or ""
    return float(text) if re.fullmatch(r"\d{1,4}", text) else 0


def one_line(text: str) -> str:
    """Return a store's text on one line and shortened, because it may be anything of any length.

    Secrets are hidden before it is cut, because half of one would not be recognised.
    """
    return scrub.clean(text, 200)
