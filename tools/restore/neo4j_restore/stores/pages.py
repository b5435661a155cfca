"""The pages of one listing: a store that never comes to an end is told, whatever it answers."""

from typing import Final

from neo4j_restore.stores.answers import OddAnswerError
from neo4j_restore.stores.wording import Errors

# Ten million objects where a page has 1,000; a bucket's path with more is not one of backups.
MOST_PAGES: Final = 10_000

# Stores make tokens of a key of 1,024 bytes, in base64 or encrypted.
_MOST_TOKEN_CHARS: Final = 16 * 1024


class Pages:
    """Judges what a listing names as its next page."""

    def __init__(self, errors: Errors, prefix: str) -> None:
        """Take whose errors word a refusal, and what is listed."""
        self._errors, self._prefix = errors, prefix
        # Their hashes: the tokens themselves could be large.
        self._seen: set[int] = set()

    def follow(self, token: str) -> None:
        """Take the token of the next page.

        Raises OddAnswerError for one that can't be followed; StoreError, not transient, for a page too many.
        """
        if not token or len(token) > _MOST_TOKEN_CHARS:
            message = f"expected a token for the next page, got one of {len(token)} characters"
            raise OddAnswerError(message)
        if hash(token) in self._seen:
            message = "expected the next page, got a listing without end: it names a page twice"
            raise OddAnswerError(message)
        self._seen.add(hash(token))
        if len(self._seen) >= MOST_PAGES:
            reason = f"the listing has more than {MOST_PAGES} pages"
            endless = self._errors.error("list", self._prefix, reason, hint="name a longer path in BUCKET")
            raise endless
