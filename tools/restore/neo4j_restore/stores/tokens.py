"""Requests to endpoints that issue a workload's identity: small answers in JSON, and clear errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import urllib3

from neo4j_restore import scrub
from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.stores import parsing
from neo4j_restore.stores.errors import TRANSIENT_STATUS, StoreErrors, one_line, seconds_to_wait
from neo4j_restore.stores.http import Http
from neo4j_restore.stores.keyfiles import read_text

# Each of them answers at once or not at all. A metadata server that does not exist must not delay the start.
_SECONDS: Final = 10.0

_VERB: Final = "find an identity for"


@dataclass(frozen=True)
class TokenEndpoint:
    """An endpoint that issues identities.

    who: its name in messages, such as `Microsoft Entra`. hint: what to do when it refuses.
    direct: it is on this machine, so never through a proxy.
    last: no other endpoint is left, so its silence means that there is no identity.
    """

    http: Http
    errors: StoreErrors
    who: str
    hint: str
    direct: bool = False
    last: bool = False

    def error(self, reason: str, *, transient: bool = False, hint: str = "", after: float = 0) -> StoreError:
        """Return the error of an identity that can't be obtained."""
        sentence = f"{self.who} {reason}"
        return self.errors.error(_VERB, "", sentence, transient=transient, hint=hint or self.hint, after=after)

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
        *,
        reason: Callable[[bytes], str] = lambda _: "",
        hints: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the body of a good answer. Raises StoreError.

        reason: extracts the reason from a bad answer. hints: what to do, by the code at the start of that reason.
        """
        body = urlencode(form).encode() if form else None
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        try:
            with self.errors.translated(_VERB, ""):
                response = self.http.ask(method, url, {**headers, **kind}, body, direct=self.direct, seconds=_SECONDS)
                answer = self._body(response)
        except parsing.OddAnswerError as error:
            misunderstood = self.error(f"sent an answer that is not understood: {error}", transient=True)
            raise misunderstood from error
        except StoreError as error:
            # Silence of the last endpoint is not worth another try: the machine has no such endpoint.
            silence = "does not answer" + (", and no other identity is set" if self.last else "")
            raise self.error(silence, transient=error.transient and not self.last) from error
        # A redirect counts as a refusal, so no token goes to another host.
        if response.status == 200:
            return answer
        reason_text = reason(answer)
        transient, after = response.status in TRANSIENT_STATUS, seconds_to_wait(response.headers)
        hint = (hints or {}).get(reason_text.partition(":")[0], "")
        text = f"answers {response.status} {reason_text}".rstrip()
        refusal = self.error(text, transient=transient, hint=hint, after=after)
        raise refusal

    def _body(self, response: urllib3.BaseHTTPResponse) -> bytes:
        if response.status == 200:
            return parsing.body(response, _SECONDS)
        # Only quoted in a message.
        return parsing.beginning(response)

    def fields(self, body: bytes, *names: str) -> list[str]:
        """Return fields of a JSON answer, all as text. Raises StoreError, which quotes none of it."""
        try:
            values = parsing.parse_json(body)
        except parsing.OddAnswerError as error:
            misunderstood = self.error(f"sent an answer that is not understood: {error}", transient=True)
            # Without its cause, whose text may quote the token.
            raise misunderstood from None
        missing = [name for name in names if name not in values]
        if missing:
            incomplete = self.error(
                f"sent an answer that is not understood: it lacks {', '.join(missing)}", transient=True
            )
            raise incomplete
        return [str(values[name]) for name in names]

    def read(self, path: str) -> str:
        """Return the text of the token file, which Kubernetes renews. Raises StoreError."""
        # Read anew for each request. Kubernetes replaces the file before the token in it expires.
        try:
            token = read_text(Path(path), "the token file").strip()
        except ConfigurationError as error:
            failure = self.error(f"needs a token: {error}")
            raise failure from error
        scrub.learn(token)
        return token


def text_of(body: bytes, *names: str) -> str:
    """Return the first text that a JSON answer has under one of `names`, shortened, empty if none."""
    try:
        values = parsing.parse_json(body)
    except parsing.OddAnswerError:
        return ""
    texts = [values[name] for name in names if isinstance(values.get(name), str)]
    return one_line(texts[0]) if texts else ""
