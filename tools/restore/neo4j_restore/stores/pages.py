"""The pages of one listing. A listing that never ends is an error, whatever the store answers."""

from typing import Final

from neo4j_restore.stores.errors import StoreErrors
from neo4j_restore.stores.parsing import OddAnswerError

# Ten million objects with 1,000 on a page. A path with more is not one of backups.
MOST_PAGES: Final = 10_000

# Stores make tokens from a key of up to 1,024 bytes, in base64 or encrypted.
_MOST_TOKEN_CHARS: Final = 16 * 1024


class Pages:
    """Checks what a listing names as its next page."""

    def __init__(self, errors: StoreErrors, prefix: str) -> None:
        """Take the store's errors, and the prefix that is listed."""
        self._errors, self._prefix = errors, prefix
        # Hashes, because the tokens themselves could be large.
        self._seen: set[int] = set()

    def follow(self, token: str) -> None:
        """Take the token of the next page.

        Raises OddAnswerError for one that can't be followed, and StoreError, not transient, for too many pages.
        """
        if not token or len(token) > _MOST_TOKEN_CHARS:
            message = f"expected a token for the next page, got one of {len(token)} characters"
            raise OddAnswerError(message)
        if hash(token) in self._seen:
            message = "expected the next page, got a listing that names a page twice, and so has no end"
            raise OddAnswerError(message)
        self._seen.add(hash(token))
        if len(self._seen) >= MOST_PAGES:
            reason = f"the listing has more than {MOST_PAGES} pages"
            endless = self._errors.error("list", self._prefix, reason, hint="name a longer path in BUCKET")
            raise endless
