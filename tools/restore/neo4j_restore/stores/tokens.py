"""Requests to those who tell a workload's identity: small answers in JSON, and clear errors."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from neo4j_restore import scrub
from neo4j_restore.errors import StoreError
from neo4j_restore.stores.http import Http, small
from neo4j_restore.stores.wording import TRANSIENT_STATUS, Errors, one_line, seconds_to_wait

# Each of them answers at once or not at all; a metadata server that is not there must not hold a start up.
_SECONDS: Final = 10.0

_VERB: Final = "find an identity for"


@dataclass(frozen=True)
class Teller:
    """Someone who tells identities.

    who: in words, as `Microsoft Entra`. hint: what to do when it refuses. direct: it is on this very machine, so
    never through a proxy. last: there is nobody else to ask, so its silence means that there is no identity.
    """

    http: Http
    errors: Errors
    who: str
    hint: str
    direct: bool = False
    last: bool = False

    def error(self, reason: str, *, transient: bool = False, hint: str = "", after: float = 0) -> StoreError:
        """Return the error of an identity that is not to be had."""
        text = f"{self.who} {reason}"
        return self.errors.error(_VERB, "", text, transient=transient, hint=hint or self.hint, after=after)

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

        reason: takes the words out of a bad one. hints: what to do, by the code that those words begin with.
        """
        body = urlencode(form).encode() if form else None
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        try:
            with self.errors.translated(_VERB, ""):
                response = self.http.ask(method, url, {**headers, **kind}, body, direct=self.direct, seconds=_SECONDS)
                found = small(response)
        except StoreError as error:
            silence = "does not answer" + (", and no other identity is set" if self.last else "")
            raise self.error(silence, transient=error.transient and not self.last) from error
        if response.status == 200:
            return found
        said = reason(found)
        transient, after = response.status in TRANSIENT_STATUS, seconds_to_wait(response.headers)
        hint = (hints or {}).get(said.partition(":")[0], "")
        text = f"answers {response.status} {said}".rstrip()
        wrong = self.error(text, transient=transient, hint=hint, after=after)
        raise wrong

    def fields(self, body: bytes, *names: str) -> list[str]:
        """Return the fields of an answer in JSON, all of them texts. Raises StoreError, which quotes none of it."""
        try:
            found = json.loads(body)
            return [str(found[name]) for name in names]
        except (ValueError, KeyError, TypeError):
            wrong = self.error("gives an answer that is not understood", transient=True)
        raise wrong

    def read(self, path: str) -> str:
        """Return the text of the token's file, which Kubernetes renews. Raises StoreError."""
        try:
            token = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            wrong = self.error(f"needs the token in {path}, which can't be read ({type(error).__name__})")
        else:
            scrub.learn(token)
            return token
        raise wrong


def text_of(body: bytes, *names: str) -> str:
    """Return the first text that a JSON answer has under one of `names`, shortened; empty for none."""
    try:
        found: Any = json.loads(body)
        texts = [found[name] for name in names if isinstance(found.get(name), str)]
    except (ValueError, AttributeError):
        return ""
    return one_line(texts[0]) if texts else ""
