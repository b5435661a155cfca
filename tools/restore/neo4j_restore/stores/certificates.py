"""Why a TLS connection failed, and what to do: each kind of certificate error has its own remedy."""

import re
from datetime import UTC, datetime

# OpenSSL's text, which the errors of Python and its libraries repeat.
_VERIFY = re.compile(r"certificate verify failed: ([^()]{1,200})")
_UNTRUSTED = re.compile(r"self[- ]signed|local issuer|issuer certificate|first certificate")


def trouble(text: str) -> tuple[str, str] | None:
    """Return the reason and the hint for the text of an error, or None for one that is not about TLS."""
    if "WRONG_VERSION_NUMBER" in text or "RECORD_LAYER_FAILURE" in text:
        return "it does not speak TLS", "check the scheme and the port in ENDPOINT_URL: is it http://?"
    if "CERTIFICATE_VERIFY_FAILED" not in text:
        return None
    found = _VERIFY.search(text)
    return _of_certificate(found[1].strip() if found else "")


def _of_certificate(reason: str) -> tuple[str, str]:
    if "expired" in reason or "not yet valid" in reason:
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        when = "has expired" if "expired" in reason else "is not valid yet"
        return f"its TLS certificate {when}", f"renew the certificate, or correct this machine's clock: it shows {now}"
    if "mismatch" in reason:
        hint = (
            "use a name in ENDPOINT_URL that the certificate has. For a bucket with dots, set ADDRESSING_STYLE to path"
        )
        return f"its TLS certificate is for another name ({reason})", hint
    hint = "if the store or proxy uses a private CA, set CA_BUNDLE to that CA's certificate"
    if _UNTRUSTED.search(reason) or not reason:
        return "its TLS certificate is not signed by a trusted CA", hint
    return f"its TLS certificate is not accepted ({reason})", hint
