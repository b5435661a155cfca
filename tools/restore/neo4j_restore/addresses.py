"""Addresses of Neo4j's HTTP connectors, such as those of a cluster's members. Standard library only."""

import re
from dataclasses import dataclass
from typing import Final

from neo4j_restore.rules import LARGEST_PORT, Invalid

_MOST: Final = 99

_ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?/?"
)

# The ports of Neo4j's connectors for HTTP and HTTPS.
_PORTS: Final = {False: 7474, True: 7473}


@dataclass(frozen=True)
class Address:
    """Where a Neo4j answers over HTTP. host: a name or an IP address, without brackets."""

    host: str
    port: int
    tls: bool = False

    def __str__(self) -> str:
        """Return it as it is written in a variable."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https://' if self.tls else ''}{host}:{self.port}"


def parse_addresses(text: str) -> tuple[Address, ...]:
    """Return the addresses in a text with commas between them, each once. Raises Invalid."""
    addresses = tuple(dict.fromkeys(_address(part.strip()) for part in text.split(",")))
    if len(addresses) > _MOST:
        message = f"it has {len(addresses)} addresses, {_MOST} at most"
        raise Invalid(message)
    return addresses


def _address(text: str) -> Address:
    match = _ADDRESS.fullmatch(text)
    if not match or int(match["port"] or 1) > LARGEST_PORT:
        message = f"{text!r} is not an address such as graph-0.graph:7474 or https://graph-0.graph:7473"
        raise Invalid(message)
    tls = match["scheme"] == "https"
    return Address(match["host"].strip("[]"), int(match["port"] or _PORTS[tls]), tls)
