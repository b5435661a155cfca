"""The proxy for a request, from the usual variables: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY."""

import os
from urllib.parse import urlsplit
from urllib.request import getproxies

from neo4j_restore import spec
from neo4j_restore.errors import ConfigurationError


def proxy_of(url: str) -> str:
    """Return the URL of the proxy for requests to `url`, or empty. Raises ConfigurationError if it is not a URL."""
    if not getproxies():
        return ""
    # `requests` understands networks such as 10.0.0.0/8 in NO_PROXY, and the standard library does not. Imported here,
    # because most starts have no proxy.
    from requests.utils import get_environ_proxies, select_proxy

    proxy = select_proxy(url, get_environ_proxies(url)) or ""
    if proxy:
        _check(proxy, urlsplit(url).scheme)
    return proxy


def _check(proxy: str, scheme: str) -> None:
    """Raise ConfigurationError for an unusable proxy. The message shows only the part behind its login."""
    names = [name for kind in (scheme, "all") for name in (f"{kind}_proxy", f"{kind}_PROXY".upper())]
    name = next((name for name in names if os.environ.get(name, "").strip() == proxy.strip()), names[1])
    kind, mark, rest = proxy.partition("://")
    host = spec.shown((rest if mark else proxy).rpartition("@")[2])
    hint = f"set {name} to http://{host or 'proxy:3128'}"
    if not mark or kind.lower() not in {"http", "https"}:
        reason = f"has the scheme {spec.shown(kind)}" if mark else "has no scheme"
        message = f"{name} names the proxy {host}, which {reason}: expected http:// or https://"
        raise ConfigurationError(message, hint=hint)
    try:
        parts = urlsplit(proxy)
        is_valid = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_valid = False
    if not is_valid:
        message = f"{name} names the proxy {host}: expected a host, and a port from 1 to 65535"
        raise ConfigurationError(message, hint="set it to http://HOST:PORT")
