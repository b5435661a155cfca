"""Why a connection by TLS was given up, and what to do: each kind of wrong certificate has another remedy."""

import re
from datetime import UTC, datetime

# What OpenSSL says, as Python's errors and those of its libraries repeat it.
_VERIFY = re.compile(r"certificate verify failed: ([^()]{1,200})")
_UNTRUSTED = re.compile(r"self[- ]signed|local issuer|issuer certificate|first certificate")


def trouble(text: str) -> tuple[str, str] | None:
    """Return the reason and the hint for the text of an error; None for one that is not of TLS."""
    if "WRONG_VERSION_NUMBER" in text or "RECORD_LAYER_FAILURE" in text:
        return "it does not speak TLS", "check the scheme and the port in ENDPOINT_URL: is it http://?"
    if "CERTIFICATE_VERIFY_FAILED" not in text:
        return None
    found = _VERIFY.search(text)
    return _of_certificate(found[1].strip() if found else "")


def _of_certificate(said: str) -> tuple[str, str]:
    if "expired" in said or "not yet valid" in said:
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        when = "has expired" if "expired" in said else "is not valid yet"
        return f"its TLS certificate {when}", f"renew the certificate, or set this machine's clock: it says {now}"
    if "mismatch" in said:
        hint = "give ENDPOINT_URL a name that the certificate has; for a bucket with dots, set ADDRESSING_STYLE to path"
        return f"its TLS certificate is for another name ({said})", hint
    hint = "if the store or proxy uses a private CA, set CA_BUNDLE to that CA's certificate"
    if _UNTRUSTED.search(said) or not said:
        return "its TLS certificate is not signed by a trusted CA", hint
    return f"its TLS certificate is not accepted ({said})", hint
